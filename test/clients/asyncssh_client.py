"""A client made with asyncssh: exec COMMAND | put LOCAL REMOTE | get REMOTE LOCAL | scp-put | scp-get | signal NAME COMMAND."""
import asyncio
import os
import sys
import warnings

warnings.simplefilter("ignore")
import asyncssh  # noqa: E402


def connect():
    return asyncssh.connect(
        "127.0.0.1",
        int(os.environ["HOST_PORT"]),
        username=os.environ["HOST_USER"],
        client_keys=[os.environ["HOST_KEY"]],
        known_hosts=None,
        config=None,
    )


async def execute(connection, command):
    given = sys.stdin.buffer.read()
    # without this asyncssh leaves the input open
    source = {"input": given} if given else {"stdin": asyncssh.DEVNULL}
    result = await connection.run(command, encoding=None, **source)
    sys.stdout.buffer.write(result.stdout)
    sys.stdout.buffer.flush()
    sys.stderr.buffer.write(result.stderr)
    return 255 if result.exit_status in (None, -1) else result.exit_status


async def signal(connection, name, command):
    """Says what came of a signal to a command that has said something."""
    process = await connection.create_process(command, encoding=None)
    await process.stdout.read(1)
    process.send_signal(name)
    result = await asyncio.wait_for(process.wait(), 20)
    print(result.exit_status, result.exit_signal and result.exit_signal[0])
    sys.stderr.buffer.write(result.stderr)


async def main(verb, *words):
    async with connect() as connection:
        if verb == "exec":
            return await execute(connection, *words)
        if verb == "signal":
            return await signal(connection, *words)
        if verb in ("put", "get"):
            async with connection.start_sftp_client() as sftp:
                await getattr(sftp, verb)(*words)
        if verb == "scp-put":
            await asyncssh.scp(words[0], (connection, words[1]))
        if verb == "scp-get":
            await asyncssh.scp((connection, words[0]), words[1])


sys.exit(asyncio.run(main(*sys.argv[1:])))
