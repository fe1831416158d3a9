/* The other way round: the target's sshd listens, and each connection that comes in there the ssh that holds the login takes
 * to a socket of the session's directory, where the session host waits for it. */
#ifndef LISTEN_H
#define LISTEN_H

enum { MUX_OPEN_FORWARD = 0x10000006, MUX_CLOSE_FORWARD = 0x10000007, MUX_REMOTE = 2, MUX_SOCKET = -2,
       MUX_OK = (int)0x80000001, MUX_REMOTE_PORT = (int)0x80000007 };

/* One of the two messages about the same place: its end. */
static char *place(char *at, uint32_t what, uint32_t request, const char *host, uint32_t port, const char *path) {
    char *begin = at;
    at = put_number(put_number(put_number(at + 4, what), request), MUX_REMOTE);
    at = put_number(put_text(at, host, strlen(host)), port);
    at = put_number(put_text(at, path, strlen(path)), (uint32_t)MUX_SOCKET);
    put_number(begin, (uint32_t)(at - begin - 4));
    return at;
}

/* "PORT HOST NAME": of the socket. Says "opened PORT" or "refused" on the stream "end", and gives the place up when that closes. */
__attribute__((noreturn)) static void serve_listener(const char *directory, const char *control, const char *id, const char *text) {
    static char message[2048], heard[LONGEST_MESSAGE + 1];
    char line[64], host[257], name[33], path[sizeof(((struct sockaddr_un *)0)->sun_path)];
    int end = stream(directory, id, "end"), length = 0;
    unsigned port;
    for (const char *const *other = (const char *const[]){"in", "out", "err", NULL}; *other; other++) close(stream(directory, id, *other));
    if (sscanf(text, "%u %256s %32[a-z0-9-]", &port, host, name) != 3 || snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        _exit(say(end, "refused\n", 8) ? 0 : 1);
    int mux = to_master(control);
    char *at = put_number(put_number(put_number(message, 8), MUX_HELLO), MUX_VERSION);
    at = place(at, MUX_OPEN_FORWARD, 1, host, port, path);
    bool asked = mux >= 0 && say(mux, message, (size_t)(at - message));
    for (struct pollfd events[2] = {{.fd = mux, .events = POLLIN}, {.fd = end, .events = POLLIN}}; asked;) {
        if (poll(events, 2, -1) < 0) continue;
        if (events[1].revents) break;
        ssize_t got = hear(mux, heard);
        uint32_t type = got < 4 ? 0 : number_at(heard);
        if (got < 0) _exit(0); /* the login was lost */
        if (type == (uint32_t)MUX_OK) length = snprintf(line, sizeof line, "opened %u\n", port);
        else if (type == (uint32_t)MUX_REMOTE_PORT && got >= 12) length = snprintf(line, sizeof line, "opened %u\n", number_at(heard + 8));
        else if (type == (uint32_t)MUX_FAILURE || type == (uint32_t)MUX_DENIED) length = snprintf(line, sizeof line, "refused\n");
        else continue;
        if (!say(end, line, (size_t)length)) break;
    }
    at = place(message, MUX_CLOSE_FORWARD, 2, host, port, path);
    if (asked && say(mux, message, (size_t)(at - message))) hear(mux, heard); /* it is done when it is answered */
    _exit(0);
}
#endif
