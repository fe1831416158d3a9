/* Reading what only root could have written, and telling well-formed words from others. */
#ifndef RECORD_H
#define RECORD_H
#include "postern.h"

static inline bool made_of(const char *word, const char *extra, size_t most) {
    size_t length = strlen(word);
    if (length < 1 || length > most) return false;
    for (; *word; word++)
        if (!((*word >= 'a' && *word <= 'z') || (*word >= 'A' && *word <= 'Z') || (*word >= '0' && *word <= '9') ||
              strchr(extra, *word)))
            return false;
    return true;
}

static inline bool plain_path(const char *path) {
    return path[0] == '/' && path[1] && strlen(path) < 1024 && path[strlen(path) - 1] != '/' && !strstr(path, "//") && !strchr(path, '\t') &&
           !strstr(path, "/./") && !strstr(path, "/../") &&
           !(strlen(path) > 2 && !strcmp(path + strlen(path) - 2, "/.")) &&
           !(strlen(path) > 3 && !strcmp(path + strlen(path) - 3, "/.."));
}

/* Opens one name below a directory, only if nobody but us could have put it there.
 * `optional` is for ending a box: what is not there does not run. */
static inline int open_own(int at, const char *name, mode_t type, bool optional) {
    struct stat st;
    int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (type == S_IFDIR ? O_DIRECTORY : O_NONBLOCK));
    if (fd < 0 && errno == ENOENT && optional) _exit(0);
    if (fd < 0) refuse("%s: %s", name, strerror(errno));
    if (fstat(fd, &st) || (st.st_mode & S_IFMT) != type) refuse("%s: not the kind of file it must be", name);
    if (st.st_uid != geteuid() || (st.st_mode & 022)) refuse("%s: must be owned by root and writable by root alone", name);
    return fd;
}

/* Opens a directory that lies where others may write: it must be one, not a link to one, and `owner`'s. */
static inline int directory_of(uid_t owner, const char *path, const char *what) {
    struct stat st;
    int fd = plain_path(path) ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &st)) refuse("%s: not a directory", what);
    if (st.st_uid != owner) refuse("%s: not owned by uid %u", what, owner);
    return fd;
}

/* A whole small file as text that ends in a newline and has no control characters but tab and newline. */
static inline char *read_text(int fd, const char *name, size_t most) {
    char *data = calloc(1, most + 2);
    size_t size = 0;
    for (ssize_t got; data && size <= most && (got = read(fd, data + size, most + 1 - size)) != 0;) {
        if (got < 0) refuse("%s: %s", name, strerror(errno));
        size += (size_t)got;
    }
    close(fd);
    if (!data || size > most) refuse("%s: too large", name);
    if (size == 0 || data[size - 1] != '\n') refuse("%s: does not end in a newline", name);
    for (size_t i = 0; i < size; i++)
        if (((unsigned char)data[i] < 32 && data[i] != '\n' && data[i] != '\t') || data[i] == 127)
            refuse("%s: control character", name);
    data[size - 1] = 0;
    return data;
}

/* State and starting time of a process; the name in between may hold anything, so read from its end. */
static inline bool process(pid_t pid, char *state, pid_t *parent, unsigned long long *start) {
    char path[40], line[1024] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t size = read(fd, line, sizeof line - 1);
    close(fd);
    const char *after = size > 0 ? strrchr(line, ')') : NULL;
    return after && sscanf(after + 1, " %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                           state, parent, start) == 3;
}
#endif
