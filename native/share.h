/* One login, many channels: an ssh that is logged in and runs nothing of its own, and for each channel that the session
 * host asks for a child that brings three streams from there and hands them to that ssh over its control socket, in
 * OpenSSH's own multiplexing protocol (PROTOCOL.mux). The socket lies where no other box can reach it. */
#ifndef SHARE_H
#define SHARE_H
#include <arpa/inet.h>
#include <sys/signalfd.h>

enum { MUX_HELLO = 1, MUX_VERSION = 4, MUX_NEW_SESSION = 0x10000002, MUX_NEW_FORWARD = 0x10000008, MUX_DENIED = (int)0x80000002,
       MUX_FAILURE = (int)0x80000003, MUX_EXIT = (int)0x80000004, MUX_OPENED = (int)0x80000006,
       LONGEST_MESSAGE = 65536 };
/* What the session host may ask for (src/contract/session-link.ts, src/domain/environment.ts): a command, and variables of
 * the names and lengths that are let through, a character of them being three bytes at most; a zero before each and at the end. */
enum { LONGEST_COMMAND = 131000, MOST_VARIABLES = 32, LONGEST_NAME = 43, LONGEST_VALUE = 1024,
       LONGEST_REQUEST = LONGEST_COMMAND + MOST_VARIABLES * (1 + LONGEST_NAME + 1 + 3 * LONGEST_VALUE) + 1 };

static bool take(int fd, void *into, size_t size) { /* exactly so many bytes */
    for (ssize_t got; size > 0; into = (char *)into + got, size -= (size_t)got)
        if ((got = read(fd, into, size)) <= 0) return false;
    return true;
}

static char *put_number(char *at, uint32_t value) {
    value = htonl(value);
    return (char *)memcpy(at, &value, 4) + 4;
}

static char *put_text(char *at, const char *text, size_t size) {
    return (char *)memcpy(put_number(at, (uint32_t)size), text, size) + size;
}

static uint32_t number_at(const char *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return ntohl(value);
}

/* The next message of the master: its length, or -1. Longer ones than it has reason to send end the channel. */
static ssize_t hear(int fd, char *into) {
    char size[4];
    if (!take(fd, size, 4)) return -1;
    uint32_t length = number_at(size);
    return length >= 4 && length <= LONGEST_MESSAGE && take(fd, into, length) ? (ssize_t)length : -1;
}

static bool send_descriptor(int over, int fd) {
    union { char room[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {{0}};
    struct iovec byte = {.iov_base = "", .iov_len = 1};
    struct msghdr message = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(part), &fd, sizeof fd);
    return sendmsg(over, &message, 0) == 1;
}

/* One stream of a channel: a connection to the session host that says whose it is. */
static int stream(const char *directory, const char *id, const char *which) {
    char line[64];
    int fd = reach(directory, "channel"), size = snprintf(line, sizeof line, "%s %s\n", id, which);
    if (!say(fd, line, (size_t)size)) _exit(1);
    return fd;
}

static int to_master(const char *control) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(to.sun_path, sizeof to.sun_path, "%.*s", (int)sizeof to.sun_path - 1, control);
    return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

/* A channel that a signal ended has no status, and ends just as one that is lost with its master, but that greets nobody. */
static bool greets(const char *control, char *heard) {
    struct pollfd word = {.fd = to_master(control), .events = POLLIN};
    return word.fd >= 0 && poll(&word, 1, 2000) == 1 && hear(word.fd, heard) >= 4;
}

/* The rest of a new session's message: the command ends with a zero, and so does each NAME=VALUE behind it, up to `end`. */
static char *put_session(char *at, bool terminal, const char *lent, bool subsystem, const char *term, const char *command, const char *end) {
    at = put_number(put_number(put_number(at, terminal), strchr(lent, 'x') != NULL), strchr(lent, 'a') != NULL); /* X11, agent */
    at = put_text(put_number(put_number(at, subsystem), 0xffffffffu), term, strlen(term)); /* no escape character */
    at = put_text(at, command, strlen(command)); /* then the environment, as far as ssh_config lets it be sent */
    for (const char *one = command + strlen(command) + 1; one < end; one += strlen(one) + 1) at = put_text(at, one, strlen(one));
    return at;
}

/* What the session host is told of the master's message about a channel: the length of the line, 0 for nothing. */
static int word_of(const char *heard, ssize_t got, char *line, size_t size, bool *ended) {
    uint32_t type = got < 12 ? 0 : number_at(heard);
    if (type == (uint32_t)MUX_OPENED) return snprintf(line, size, "opened %u\n", number_at(heard + 8)); /* ssh's number for it */
    if (type != (uint32_t)MUX_EXIT && type != (uint32_t)MUX_FAILURE && type != (uint32_t)MUX_DENIED) return 0;
    *ended = true;
    if (type != (uint32_t)MUX_EXIT) return snprintf(line, size, "refused\n");
    return snprintf(line, size, "exit %u\n", number_at(heard + 8) & 255);
}

/* A child of its own for each: what becomes of it is said on the stream "end", which ends the channel when it closes. */
__attribute__((noreturn)) static void serve_channel(const char *directory, const char *control, const char *id, char kind,
                                                    const char *lent, const char *text, size_t size) {
    static char message[5 * LONGEST_REQUEST + 1024], heard[LONGEST_MESSAGE + 1];
    char line[256];
    int end = stream(directory, id, "end"), length;
    int streams[3] = {stream(directory, id, "in"), stream(directory, id, "out"), stream(directory, id, "err")};
    int mux = to_master(control);
    bool ended = false;
    char *at = put_number(put_number(put_number(message, 8), MUX_HELLO), MUX_VERSION), *begin = at, *host = NULL;
    bool forward = kind == 'w';
    unsigned long port = forward ? strtoul(text, &host, 10) : 0;
    at = put_text(put_number(put_number(at + 4, forward ? MUX_NEW_FORWARD : MUX_NEW_SESSION), 1), "", 0);
    if (forward && *host != ' ') _exit(say(end, "refused\n", 8) ? 0 : 1); /* no place is named */
    if (forward) at = put_number(put_text(at, host + 1, strlen(host) - 1), (uint32_t)port);
    else at = put_session(at, false, lent, kind == 's', "", text, text + size);
    put_number(begin, (uint32_t)(at - begin - 4));
    bool asked = mux >= 0 && say(mux, message, (size_t)(at - message));
    for (int i = 0; asked && i < (forward ? 2 : 3); i++) asked = send_descriptor(mux, streams[i]);
    for (int i = 0; i < 3; i++) close(streams[i]); /* or they would never end */
    for (struct pollfd events[2] = {{.fd = mux, .events = POLLIN}, {.fd = end, .events = POLLIN}}; asked;) {
        if (poll(events, 2, -1) < 0) continue;
        if (events[1].revents) _exit(0); /* the session host lets go; so does the master, of the channel */
        ssize_t got = hear(mux, heard);
        if (got < 0) break;
        if ((length = word_of(heard, got, line, sizeof line, &ended)) == 0) continue;
        if (!say(end, line, (size_t)length)) _exit(0);
    }
    if (asked && !ended && greets(control, heard)) say(end, forward ? "exit 0\n" : "exit 255\n", forward ? 7 : 9); /* as ssh has it */
    _exit(0); /* without "exit": the login was lost */
}

#include "listen.h"
#include "terminal.h"

/* share DIRECTORY: until ssh ends, or the session host closes the connection over which it asks. A request is a line
 * "ID KIND SIZE", where it may use the person's agent or display also "a", "x", "ax", and the text: e a command, s a subsystem, c a shell, p "COLUMNS ROWS TERM COMMAND" on a terminal (terminal.h), w "PORT HOST" to connect to,
 * l "PORT HOST NAME" to listen at (listen.h); behind it, each after a zero, NAME=VALUE. */
static int share(const char *directory) {
    static char control[sizeof(((struct sockaddr_un *)0)->sun_path)], config[PATH_MAX], text[LONGEST_REQUEST];
    const char *own = strrchr(directory, '/');
    char line[64], id[33], kind, lent[3];
    int status = 0;
    sigset_t chld;
    /* At level 3 /tmp is this box's own; below it there is none, but the home, where `run` has brought us. */
    if (!strcmp(directory, "/s")) snprintf(control, sizeof control, "/tmp/mux");
    else snprintf(control, sizeof control, ".mux-%.32s", own ? own + 1 : "");
    snprintf(config, sizeof config, "%s/ssh_config", directory);
    unlink(control);
    int requests = reach(directory, "share");
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    int ended = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
    /* -tt, though nothing runs on a terminal here: without it ssh would not hear that those of its channels have another size */
    pid_t ssh = fork();
    if (ssh == 0) {
        sigprocmask(SIG_UNBLOCK, &chld, NULL);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv("/usr/bin/ssh", (char *[]){"ssh", "-F", config, "-M", "-S", control, "-N", "-tt", "--", "target", NULL});
        refuse("/usr/bin/ssh: %s", strerror(errno));
    }
    if (ssh < 0 || ended < 0) refuse("cannot start: %s", strerror(errno));
    for (struct pollfd events[2] = {{.fd = requests, .events = POLLIN}, {.fd = ended, .events = POLLIN}};;) {
        struct signalfd_siginfo info;
        if (poll(events, 2, -1) < 0) continue;
        while (read(ended, &info, sizeof info) == sizeof info) {}
        for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
            if (pid == ssh) {
                unlink(control);
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
            }
        if (!events[0].revents) continue;
        size_t n = 0;
        unsigned size = 0;
        lent[0] = 0;
        while (n < sizeof line - 1 && take(requests, line + n, 1) && line[n] != '\n') n++;
        line[n] = 0;
        if (sscanf(line, "%32[0-9a-f] %c %u %2s", id, &kind, &size, lent) < 3 || size >= sizeof text || !take(requests, text, size)) break;
        text[size] = 0;
        pid_t child = fork();
        if (child == 0) {
            sigprocmask(SIG_UNBLOCK, &chld, NULL);
            close(requests);
            if (kind == 'l') serve_listener(directory, control, id, text);
            if (kind == 'p') serve_terminal(directory, control, ssh, id, lent, text, size);
            serve_channel(directory, control, id, kind, lent, text, size);
        }
        if (child < 0) break;
    }
    kill(ssh, SIGKILL);
    unlink(control);
    return 0;
}
#endif
