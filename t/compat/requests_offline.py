import requests

print(requests.Request("GET", "http://a.org", params={"q": "ñ"}).prepare().url)
try:
    requests.get("http://no.such.host.invalid/", timeout=5)
except requests.exceptions.ConnectionError as e:
    print("no connection")
