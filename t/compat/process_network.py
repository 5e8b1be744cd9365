import socket

try:
    socket.getaddrinfo("no.such.host.invalid", 80)
except socket.gaierror as e:
    print("no such host")
print("127.0.0.1" in {a[4][0] for a in socket.getaddrinfo("localhost", 80)})
print(socket.inet_aton("127.0.0.1"), socket.htons(1))
