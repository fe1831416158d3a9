"""A client made with paramiko: exec COMMAND | put LOCAL REMOTE | get REMOTE LOCAL, with HOST_PORT, HOST_USER and HOST_KEY in the environment."""
import os
import sys
import threading

import paramiko


def connect():
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(
        "127.0.0.1",
        int(os.environ["HOST_PORT"]),
        os.environ["HOST_USER"],
        key_filename=os.environ["HOST_KEY"],
        allow_agent=False,
        look_for_keys=False,
    )
    return client


def copy(source, sink):
    while data := source(32768):
        sink(data)


def execute(client, command):
    channel = client.get_transport().open_session()
    channel.exec_command(command)
    streams = [
        threading.Thread(target=copy, args=(channel.recv, sys.stdout.buffer.write)),
        threading.Thread(target=copy, args=(channel.recv_stderr, sys.stderr.buffer.write)),
    ]
    for stream in streams:
        stream.start()
    try:
        copy(sys.stdin.buffer.read1, channel.sendall)
        channel.shutdown_write()
    except OSError:
        pass  # the command ended without reading all of it
    for stream in streams:
        stream.join()
    sys.stdout.buffer.flush()
    # -1: it ended without a status
    return channel.recv_exit_status() & 255


verb, *words = sys.argv[1:]
client = connect()
status = 0
if verb == "exec":
    status = execute(client, *words)
elif verb == "put":
    client.open_sftp().put(*words)
elif verb == "get":
    client.open_sftp().get(*words)
client.close()
sys.exit(status)
