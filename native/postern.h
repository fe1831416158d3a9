/* What postern-box and postern-inside share. PROGRAM is defined by the file that includes this. */
#ifndef POSTERN_H
#define POSTERN_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 125, FIRST_SHADOW = 100000 }; /* below FIRST_SHADOW live the host's own accounts */

/* From 424 on a system call has one number on every architecture; old headers lack the names. */
enum { NR_pidfd_send_signal = 424, NR_pidfd_open = 434, NR_close_range = 436, NR_landlock = 444 };

/* One line on stderr, then out: nothing in these programs goes on after a failure. */
__attribute__((noreturn, format(printf, 1, 2))) static inline void refuse(const char *format, ...) {
    char line[512];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    for (char *c = line; *c; c++)
        if ((unsigned char)*c < 32 || *c == 127) *c = '?'; /* the line may reach a terminal */
    dprintf(2, PROGRAM ": %s\n", line);
    _exit(REFUSED);
}

/* Digits only: strtoul alone would take signs, spaces and overflow. -1 is "not a number". */
static inline long long number(const char *text, long long most) {
    long long value = 0;
    if (!text || !*text || strlen(text) > 18) return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return -1;
        value = value * 10 + (*text - '0');
    }
    return value > most ? -1 : value;
}

/* Ignored and blocked signals survive exec, so what our caller did would reach the client. */
static inline void default_signals(void) {
    sigset_t none;
    sigemptyset(&none);
    for (int s = 1; s < NSIG; s++) signal(s, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static inline void close_from_3(void) {
    if (syscall(NR_close_range, 3u, ~0u, 0u) == 0) return;
    for (int fd = 3; fd < 65536; fd++) close(fd); /* before Linux 5.9 */
}
#endif
