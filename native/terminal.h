/* A channel on a terminal: its pty is made in the box, the ssh that holds the login gets the one end of it as from a client of
 * its own, and its bytes go between the other end and the session host. */
#ifndef TERMINAL_H
#define TERMINAL_H
#include <termios.h>

enum { ROOM = 16384 };

struct piece { char bytes[ROOM]; size_t begin, end; };

/* Moves what is there from one descriptor to a place, or from there to another one; false: that one is over. */
static bool fill(int from, struct piece *piece) {
    ssize_t got = read(from, piece->bytes, ROOM);
    piece->begin = 0;
    piece->end = got > 0 ? (size_t)got : 0;
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static bool drain(int to, struct piece *piece) {
    ssize_t done = write(to, piece->bytes + piece->begin, piece->end - piece->begin);
    if (done > 0) piece->begin += (size_t)done;
    return done >= 0 || errno == EAGAIN || errno == EINTR;
}

static bool empty(const struct piece *piece) { return piece->begin == piece->end; }

/* "COLUMNS ROWS" lines on the stream "end": the last whole one counts. False: the session host lets go. */
static bool resized(int end, int terminal, pid_t ssh) {
    static char line[64];
    static size_t size;
    struct winsize now = {0};
    ssize_t got = read(end, line + size, sizeof line - 1 - size);
    if (got <= 0) return false;
    size += (size_t)got;
    line[size] = 0;
    for (char *newline; (newline = strchr(line, '\n')); memmove(line, newline + 1, size + 1)) {
        if (sscanf(line, "%hu %hu", &now.ws_col, &now.ws_row) != 2) return false;
        size -= (size_t)(newline + 1 - line);
        if (ioctl(terminal, TIOCSWINSZ, &now) == 0) kill(ssh, SIGWINCH);
    }
    return size < sizeof line - 1;
}

/* The text is "COLUMNS ROWS TERM COMMAND". As OpenSSH's client does, the terminal is raw from the moment on that it is open. */
__attribute__((noreturn)) static void serve_terminal(const char *directory, const char *control, pid_t ssh, const char *id,
                                                     const char *lent, const char *text, size_t size) {
    static char message[5 * LONGEST_REQUEST + 1024], heard[LONGEST_MESSAGE + 1];
    static struct piece typed, printed;
    char line[64], term[65];
    int end = stream(directory, id, "end"), in = stream(directory, id, "in"), out = stream(directory, id, "out"), length, at_command = 0;
    close(stream(directory, id, "err"));
    struct winsize first = {0};
    int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK), unlocked = 0;
    int peer = terminal < 0 || ioctl(terminal, TIOCSPTLCK, &unlocked) ? -1 : ioctl(terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool formed = sscanf(text, "%hu %hu %64s%n", &first.ws_col, &first.ws_row, term, &at_command) == 3 && text[at_command] == ' ';
    if (peer < 0 || !formed || ioctl(terminal, TIOCSWINSZ, &first)) _exit(say(end, "refused\n", 8) ? 0 : 1);
    const char *command = text + at_command + 1;
    int mux = to_master(control);
    bool ended = false, ends = false;
    char *at = put_number(put_number(put_number(message, 8), MUX_HELLO), MUX_VERSION), *begin = at;
    at = put_text(put_number(put_number(at + 4, MUX_NEW_SESSION), 1), "", 0);
    at = put_session(at, true, lent, false, term, command, text + size);
    put_number(begin, (uint32_t)(at - begin - 4));
    bool asked = mux >= 0 && say(mux, message, (size_t)(at - message));
    for (int i = 0; asked && i < 3; i++) asked = send_descriptor(mux, peer);
    fcntl(in, F_SETFL, O_NONBLOCK);
    fcntl(out, F_SETFL, O_NONBLOCK);
    while (asked) {
        struct pollfd events[5] = {{.fd = mux, .events = POLLIN}, {.fd = end, .events = POLLIN},
                                   {.fd = ends || !empty(&typed) ? -1 : in, .events = POLLIN},
                                   {.fd = terminal, .events = (short)((empty(&printed) ? POLLIN : 0) | (empty(&typed) ? 0 : POLLOUT))},
                                   {.fd = empty(&printed) ? -1 : out, .events = POLLOUT}};
        if (poll(events, 5, -1) < 0) continue;
        if (events[1].revents && !resized(end, terminal, ssh)) _exit(0); /* the terminal hangs up, and so does what runs on it */
        if (events[2].revents && !fill(in, &typed)) ends = true;
        if (events[3].revents & POLLOUT && !drain(terminal, &typed)) break;
        if (events[3].revents & POLLIN && !fill(terminal, &printed)) break;
        if (events[4].revents && !drain(out, &printed)) _exit(0);
        if (!events[0].revents) continue;
        ssize_t got = hear(mux, heard);
        if (got < 0) break; /* it has closed the channel, after the last byte */
        if ((length = word_of(heard, got, line, sizeof line, &ended)) == 0) continue;
        struct termios raw;
        if (*line == 'o' && tcgetattr(peer, &raw) == 0) cfmakeraw(&raw), tcsetattr(peer, TCSANOW, &raw); /* "opened" */
        if (!say(end, line, (size_t)length)) _exit(0);
    }
    close(peer); /* nobody else has it any more: what is left can be read to its end */
    fcntl(terminal, F_SETFL, 0);
    fcntl(out, F_SETFL, 0);
    do {
        if (!say(out, printed.bytes + printed.begin, printed.end - printed.begin)) _exit(0);
    } while (fill(terminal, &printed) && !empty(&printed));
    if (asked && !ended && greets(control, heard)) say(end, "exit 255\n", 9);
    _exit(0);
}
#endif
