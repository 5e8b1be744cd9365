use strict;
use warnings;

# Anything that is not in the run.

use lib 't';
use Pyexec::Attack;

Pyexec::Attack::group('network', http => 'pyexec_timeout 5s;');

__DATA__

=== every family and type of socket
--- code
@means@
control(os.pipe())
for family in range(0, 48):
    for kind in (1, 2, 3, 4, 5, 10):
        fd = call.libc.syscall(ctypes.c_long(NR_socket), family, kind, 0)
        if fd >= 0:
            effect("socket", family, kind)
print("tried: all")
--- through: seccomp



=== sockets with flags and protocols
--- code
@means@
control(os.pipe())
for protocol in (0, 1, 6, 17, 41, 58, 132, 136, 255, 262):
    for flags in (0o4000, 0o2000000, 0o2004000):
        for family, kind in ((2, 1), (2, 3), (10, 3), (17, 3), (16, 3)):
            if call.libc.syscall(ctypes.c_long(NR_socket), family, kind | flags, protocol) >= 0:
                effect("socket", family, kind, protocol)
print("tried: all")
--- through: seccomp



=== pairs of sockets that are not UNIX's
--- code
@means@
import socket
a, b = socket.socketpair()
a.send(b"x")
control(b.recv(1) == b"x")
pair = (ctypes.c_int * 2)()
for family in list(range(2, 48)) + [1 + (1 << 32), 1 << 31]:
    for kind in (1, 2, 3, 5):
        if ctypes.c_int(family).value == 1:
            continue
        call.libc.syscall(ctypes.c_long(NR_socketpair), ctypes.c_long(family), kind, 0, pair) == 0 and effect("pair", family, kind)
print("tried: all")



=== loopback: a port that listens
--- code
@means@
import socket
control(socket.inet_aton("127.0.0.1"))
for address in ("127.0.0.1", "localhost", "0.0.0.0"):
    attempt("connect", socket.create_connection, (address, @tcp@), 1) and effect("connected", address)
--- through: network+landlock+seccomp



=== loopback: the nginx that serves
--- code
@means@
import urllib.request
control(urllib.request.Request("http://127.0.0.1:@port@/"))
for path in ("/api/execute-code", "/ping", "/api/code-results/victim"):
    attempt("GET", lambda p: urllib.request.urlopen("http://127.0.0.1:@port@" + p, timeout=1).read(), path) \
        and effect("answered")
--- through: network+landlock+seccomp



=== loopback: a datagram
--- code
@means@
import socket
control(socket.htons(1) == 256)
attempt("sendto", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", @udp@))) \
    and effect("sent")
--- through: network+landlock+seccomp



=== datagrams through a socket that it may have
--- code
@means@
import socket
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
a.send(b"x")
control(b.recv(1) == b"x")
attempt("sendto", a.sendto, b"x", "@socket@") and effect("sent")
attempt("sendto", a.sendto, b"x", "\0@abstract@") and effect("sent")
attempt("sendmsg", a.sendmsg, [b"x"], [], 0, "@socket@") and effect("sent")
attempt("connect", a.connect, "@socket@") and effect("connected")
attempt("connect", a.connect, "\0@abstract@") and effect("connected")
attempt("bind", a.bind, "mine") and effect("bound")
attempt("bind", a.bind, "\0pyexec-evil") and effect("bound")
--- through: seccomp



=== UNIX sockets with a path
--- code
@means@
import socket
control(os.listdir("."))
for path in ("@socket@", "/run/docker.sock", "/var/run/dbus/system_bus_socket", "/run/systemd/notify"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        attempt("connect", lambda: socket.socket(socket.AF_UNIX, kind).connect(path)) and effect("connected", path)
--- through: mount+seccomp



=== abstract UNIX sockets
--- code
@means@
import socket
control(socket.socketpair())
attempt("connect", lambda: socket.socket(socket.AF_UNIX).connect("\0@abstract@")) and effect("connected")
attempt("bind", lambda: socket.socket(socket.AF_UNIX).bind("\0pyexec-evil")) and effect("bound")
attempt("bind", lambda: socket.socket(socket.AF_UNIX).bind("")) and effect("bound")
--- through: seccomp



=== addresses of the outside, by number
--- code
@means@
import socket
control(socket.inet_pton(socket.AF_INET6, "::1"))
for address in (("1.1.1.1", 53), ("169.254.169.254", 80), ("10.0.0.1", 80), ("::1", @tcp@), ("172.17.0.1", 80)):
    attempt("connect", socket.create_connection, address, 1) and effect("connected", address)



=== names, through the C library
--- code
@means@
import _socket, socket
control(socket.getaddrinfo("127.0.0.1", 80))
for name in ("localhost", "example.com", "metadata.google.internal"):
    if name != "localhost":    # that is known without the C library
        attempt("getaddrinfo", socket.getaddrinfo, name, 80) and effect("resolved", name)
    attempt("gethostbyname", _socket.gethostbyname, name) and effect("resolved", name)
attempt("gethostbyaddr", socket.gethostbyaddr, "127.0.0.1") and effect("resolved")
--- through: landlock+mount



=== listening
--- code
@means@
import socket
control(socket.socketpair())
attempt("listen", lambda: socket.create_server(("127.0.0.1", 0))) and effect("listens")
attempt("listen", lambda: socket.create_server(("127.0.0.1", 18999))) and effect("listens")
import http.server
attempt("serve", lambda: http.server.HTTPServer(("", 0), http.server.BaseHTTPRequestHandler)) and effect("serves")
--- effect
IO::Socket::INET->new(PeerAddr => '127.0.0.1:18999')
--- through: landlock+seccomp



=== raw and packet sockets
--- code
@means@
import socket
control(socket.AF_PACKET == 17)
attempt("icmp", socket.socket, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) and effect("raw")
attempt("ping", socket.socket, socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) and effect("ping")
attempt("packet", socket.socket, socket.AF_PACKET, socket.SOCK_RAW, 768) and effect("packet")
attempt("vsock", socket.socket, socket.AF_VSOCK, socket.SOCK_STREAM) and effect("vsock")
attempt("alg", socket.socket, socket.AF_ALG, socket.SOCK_SEQPACKET) and effect("alg")
attempt("can", socket.socket, socket.AF_CAN, socket.SOCK_RAW) and effect("can")
attempt("bluetooth", socket.socket, 31, socket.SOCK_RAW) and effect("bluetooth")



=== netlink
--- code
@means@
import socket
control(socket.AF_NETLINK == 16)
for protocol in range(0, 23):
    attempt("netlink", socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, protocol) and effect("netlink", protocol)
attempt("if_nameindex", socket.if_nameindex) and effect("interfaces")
import uuid
attempt("getnode", lambda: None if uuid.getnode() >> 40 & 1 else effect("a real address"))
--- through: seccomp



=== inherited descriptors that are sockets
--- code
@means@
import socket
control(os.fstat(3))
for fd in range(0, 64):
    try:
        s = socket.socket(fileno=os.dup(fd))
    except OSError:
        continue
    print("tried:", fd, s.family, s.type)
    attempt("accept", s.accept) and effect("accepted", fd)
    attempt("listen", s.listen) and effect("listens", fd)
    attempt("connect", s.connect, "\0@abstract@") and effect("connected", fd)
    attempt("sendmsg", s.sendmsg, [b""], [(1, 1, b"\0\0\0\0")]) and effect("passed a descriptor", fd)
    attempt("recvmsg", lambda: s.recvmsg(0, 100, socket.MSG_DONTWAIT)) and effect("takes descriptors", fd)
    attempt("setsockopt", s.setsockopt, 1, 16, 1) and effect("wants credentials", fd)
--- through: seccomp



=== descriptors passed between its own sockets
--- code
@means@
import socket, array
a, b = socket.socketpair()
a.send(b"x")
control(b.recv(1) == b"x")
attempt("send_fds", socket.send_fds, a, [b"x"], [0]) and effect("sent")
attempt("sendmmsg", lambda: call(NR_sendmmsg, a.fileno(), ctypes.create_string_buffer(64), 1, 0) > 0 and effect("sendmmsg"))
attempt("recvmmsg", lambda: call(NR_recvmmsg, b.fileno(), ctypes.create_string_buffer(64), 1, 0x40, 0) > 0 and effect("recvmmsg"))
--- through: seccomp



=== io_uring
--- code
@means@
control(os.pipe())
call(NR_io_uring_setup, 8, ctypes.create_string_buffer(120)) >= 0 and effect("io_uring_setup")
for fd in range(0, 8):
    call(NR_io_uring_enter, fd, 1, 0, 0, 0, 0) >= 0 and effect("io_uring_enter")
    call(NR_io_uring_register, fd, 0, 0, 0) >= 0 and effect("io_uring_register")



=== the older asynchronous calls
--- code
@means@
control(os.pipe())
context = ctypes.c_ulong(0)
call(NR_io_setup, 8, ctypes.byref(context)) == 0 and effect("io_setup")
call(NR_io_submit, context.value, 0, 0) >= 0 and context.value and effect("io_submit")
--- through: seccomp



=== network namespaces of others
--- code
@means@
control(os.getpid())
for path in ("/proc/1/ns/net", "/proc/@pid@/ns/net", "/var/run/netns/x"):
    fd = attempt("open", os.open, path, 0)
    fd and call(NR_setns, fd, 0x40000000) == 0 and effect("setns")
call(NR_unshare, 0x40000000) == 0 and effect("unshare(CLONE_NEWNET)")
call(NR_unshare, 0x10000000 | 0x40000000) == 0 and effect("unshare(CLONE_NEWUSER|CLONE_NEWNET)")
call(NR_pidfd_open, 1, 0) >= 0 and effect("pidfd_open")
for fd in range(3, 20):
    call(NR_pidfd_getfd, fd, 0, 0) >= 0 and effect("pidfd_getfd", fd)
--- through: seccomp



=== asyncio, as far as it goes
--- code
@means@
import asyncio
async def main():
    control(await asyncio.sleep(0, True))
    for function, args in ((asyncio.open_connection, ("127.0.0.1", @tcp@)), (asyncio.open_unix_connection, ("@socket@",)),
                           (asyncio.start_server, (print, "127.0.0.1", 0)), (asyncio.create_subprocess_exec, ("true",))):
        try:
            server = await function(*args)
            print("tried:", function.__name__)
            if getattr(server, "sockets", True):
                effect(function.__name__)
        except Exception as e:
            print("tried:", function.__name__, repr(e))
asyncio.run(main())
--- through: mount+seccomp



=== a shared memory segment of the host's
--- code
@means@
control(os.pipe())
call.libc.shmat.restype = ctypes.c_void_p
segment = call(NR_shmget, @key@, 4096, 0o666)
for number in ([segment] if segment >= 0 else []) + list(range(0, 64)):
    at = call.libc.shmat(number, 0, 0o10000)
    if at not in (None, (1 << 64) - 1):
        print("tried:", number, ctypes.string_at(at, 64))
--- through: ipc+seccomp



=== a pseudo terminal, a message queue, a key as a channel
--- code
@means@
import pty
control(os.pipe())
attempt("openpty", pty.openpty) and effect("pty")
call(NR_mq_open, b"/evil", 0o102, 0o600, 0) >= 0 and effect("mq_open")
call(NR_add_key, b"user", b"evil", b"x", 1, -3) >= 0 and effect("add_key")
call(NR_request_key, b"user", b"evil", 0, -3) >= 0 and effect("request_key")
call(NR_keyctl, 0, -3, 0) >= 0 and effect("keyctl")
call(NR_shmget, 1234, 4096, 0o1666) >= 0 and effect("shmget")
call(NR_msgget, 1234, 0o1666) >= 0 and effect("msgget")
call(NR_semget, 1234, 1, 0o1666) >= 0 and effect("semget")
--- through: seccomp
