"""The other side of the throughput bench: libmodbus, the C library, as a Modbus TCP server with 128 holding registers on a free loopback port.
Prints the port on one line and serves one connection after the other until it is killed. Run by /usr/bin/python3, which has no part in a request
but the call itself. Source: libmodbus 3.1 manual, modbus_receive(3) and modbus_reply(3)."""
import ctypes
import socket

bus = ctypes.CDLL("libmodbus.so.5", use_errno=True)
bus.modbus_new_tcp.restype = ctypes.c_void_p
bus.modbus_mapping_new.restype = ctypes.c_void_p
for name in ("modbus_receive", "modbus_reply", "modbus_set_socket", "modbus_close"):
    getattr(bus, name).argtypes = {
        "modbus_receive": [ctypes.c_void_p, ctypes.c_void_p],
        "modbus_reply": [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p],
        "modbus_set_socket": [ctypes.c_void_p, ctypes.c_int],
        "modbus_close": [ctypes.c_void_p],
    }[name]

server = bus.modbus_new_tcp(b"127.0.0.1", 1502)
registers = bus.modbus_mapping_new(0, 0, 128, 0)
request = ctypes.create_string_buffer(260)
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _address = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bus.modbus_set_socket(server, connection.fileno())
        while (length := bus.modbus_receive(server, request)) > 0:
            bus.modbus_reply(server, request, length, registers)
        connection.close()
