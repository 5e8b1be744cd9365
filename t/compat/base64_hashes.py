import base64
import hashlib
import hmac
import secrets
import uuid

data = "contraseña".encode()
print(base64.b64encode(data), base64.urlsafe_b64decode("_-8="))
print(hashlib.sha256(data).hexdigest(), hashlib.md5(data).hexdigest())
print(hmac.new(b"k", data, "sha1").hexdigest())
print(hashlib.pbkdf2_hmac("sha256", data, b"salt", 1000).hex())
print(len(secrets.token_hex(16)), uuid.uuid5(uuid.NAMESPACE_DNS, "a.org"))
print(uuid.uuid4().version, hashlib.new("blake2b", data).name)
