/* postern-box SESSION | postern-box end SESSION
 *
 * Installed root:psmconnect 4750. Its caller names a session and nothing else: who, what and how are read
 * from a record that only root could write, so a taken-over session host cannot choose an identity.
 * It stays as the watcher that ends the box when the caller is gone. Format of the record: README.md. */
#define PROGRAM "postern-box"
#include "postern.h"
#include "record.h"
#include <dirent.h>
#include <sys/signalfd.h>

static char run[PATH_MAX];  /* RUN: the parent of the directory we were started from */
static int box = -1;        /* the directory RUN/boxes/SESSION */
static char *args[2048];
static int count;
static char *words[40]; /* the environment of the client, whole */

enum { LEVEL, UID, GID, NAME, HOME, PROGRAM_, FSIZE, TERM, LANG_, SESSION, PTY, KEYS };
static const char *const key[KEYS] = {"level", "uid", "gid", "name", "home", "program",
                                      "fsize", "term", "lang", "session", "pty"};

__attribute__((format(printf, 1, 2))) static char *text(const char *format, ...) {
    char *made;
    va_list list;
    va_start(list, format);
    int length = vasprintf(&made, format, list);
    va_end(list);
    if (length < 0) refuse("out of memory");
    return made;
}

static void add(const char *first, ...) { /* closed by NULL */
    va_list list;
    va_start(list, first);
    for (const char *word = first; word; word = va_arg(list, const char *)) {
        if (count + 2 >= (int)(sizeof args / sizeof *args)) refuse("too many binds");
        args[count++] = text("%s", word);
    }
    va_end(list);
}

/* Everything a caller can leave to a setuid program, put back before anything is read. */
static void start_clean(void) {
    static const struct { int what; rlim_t soft, hard; } limits[] = {
        {RLIMIT_CORE, 0, 0}, {RLIMIT_NOFILE, 1024, 4096}, {RLIMIT_STACK, 8 << 20, RLIM_INFINITY},
        {RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY}, {RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY},
        {RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY}, {RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY}};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) _exit(REFUSED);
    /* The real uid too: bubblewrap takes ruid != euid for its own setuid mode. */
    if (geteuid() == 0 && (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))) refuse("cannot become root");
    if (clearenv() || chdir("/")) refuse("cannot start clean");
    umask(022);
    default_signals();
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit want = {limits[i].soft, limits[i].hard}, now;
        if (setrlimit(limits[i].what, &want) == 0 || getrlimit(limits[i].what, &now)) continue;
        want.rlim_max = now.rlim_max; /* no CAP_SYS_RESOURCE: as far as it goes */
        if (want.rlim_cur > now.rlim_max) want.rlim_cur = now.rlim_max;
        if (setrlimit(limits[i].what, &want)) refuse("cannot reset limits");
    }
    signal(SIGXFSZ, SIG_IGN); /* a limit that could not be raised is then an error with a line of its own */
    close_from_3();
}

static void read_record(char *value[KEYS]) {
    char *rest = read_text(open_own(box, "record", S_IFREG, false), "record", 8192);
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *sign = strchr(line, '=');
        int k = 0;
        if (!sign) refuse("record: a line without =");
        *sign = 0;
        while (k < KEYS && strcmp(key[k], line)) k++;
        if (k == KEYS) refuse("record: unknown key %.40s", line);
        if (value[k]) refuse("record: %s stands twice", line);
        value[k] = sign + 1;
    }
    for (int k = 0; k < PTY; k++)
        if (!value[k]) refuse("record: %s is missing", key[k]);
}

/* One round. What its victims leave behind moves up to the watcher (a subreaper): the next round's. */
static int kill_children(pid_t of) {
    int found = 0;
    char state;
    pid_t parent;
    unsigned long long start;
    DIR *proc = opendir("/proc");
    for (struct dirent *e; proc && (e = readdir(proc));) {
        pid_t pid = (pid_t)number(e->d_name, INT_MAX);
        if (pid > 0 && process(pid, &state, &parent, &start) && parent == of && state != 'Z') {
            kill(pid, SIGKILL);
            found++;
        }
    }
    if (proc) closedir(proc);
    return found;
}

/* The pid file is made once, complete, and never replaced: a record can be used once. */
static bool claim(long long pid, unsigned long long start) {
    char *name = text("pid.%d", getpid()), *line = text("%lld %llu\n", pid, start);
    int fd = openat(box, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    bool whole = fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);
    bool first = whole && linkat(box, name, box, "pid", 0) == 0;
    int error = errno;
    if (fd >= 0) close(fd), unlinkat(box, name, 0);
    if (!whole || (!first && error != EEXIST)) refuse("pid: %s", strerror(error));
    free(name);
    free(line);
    return first;
}

static int end_box(void) {
    long long pid;
    char state;
    pid_t parent;
    unsigned long long start, now;
    if (claim(0, 0)) return 0; /* never started; now it cannot be, either */
    if (sscanf(read_text(open_own(box, "pid", S_IFREG, false), "pid", 64), "%lld %llu", &pid, &start) != 2 || pid > INT_MAX)
        refuse("pid: malformed");
    int watcher = pid > 0 ? (int)syscall(NR_pidfd_open, (pid_t)pid, 0) : -1;
    struct pollfd gone = {.fd = watcher, .events = POLLIN};
    if (watcher < 0 || !process((pid_t)pid, &state, &parent, &now) || now != start) return 0;
    syscall(NR_pidfd_send_signal, watcher, SIGTERM, NULL, 0);
    if (poll(&gone, 1, 300) > 0) return 0;
    for (int quiet = 0, round = 0; quiet < 2 && round < 100; round++, usleep(5000))
        quiet = kill_children((pid_t)pid) ? 0 : quiet + 1;
    syscall(NR_pidfd_send_signal, watcher, SIGKILL, NULL, 0);
    if (poll(&gone, 1, 2000) <= 0) refuse("does not end");
    return 0;
}

/* Reads the bind list; level 3 binds each file into the box, level 2 lets Landlock allow it. */
static const char *add_binds(int level) {
    const char *wrapper = NULL;
    char *rest = read_text(open_own(box, "binds", S_IFREG, false), "binds", 65536);
    int lines = 0;
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *inside = strchr(line, '\t');
        struct stat st;
        if (inside) *inside++ = 0;
        if (!inside || !plain_path(line) || !plain_path(inside) || ++lines > 256) refuse("binds: malformed line, or too many");
        if (stat(line, &st) || !S_ISREG(st.st_mode)) refuse("binds: %s is not a file", line);
        for (char *slash = inside + 1; level == 3 && (slash = strchr(slash, '/')); *slash++ = '/') {
            int seen = 0; /* a parent that bubblewrap makes by itself is 0700: each one gets its own line */
            *slash = 0;
            while (seen < count && strcmp(args[seen], inside)) seen++;
            if (seen == count) add("--perms", "0755", "--dir", inside, NULL);
        }
        if (level == 3) add("--ro-bind", line, inside, NULL);
        else if (level == 2) add("-x", line, NULL);
        if (strstr(line, "/libnss_wrapper.so")) wrapper = line;
    }
    return wrapper;
}

/* Fills args and words; returns the program to execute. */
static const char *compose(const char *session, uid_t caller) {
    char *v[KEYS] = {0}, *mine = text("%s/s/%s", run, session), *boxes = text("%s/boxes/%s", run, session);
    int env = 0, level;
    read_record(v);
    level = (int)number(v[LEVEL], 3);
    long long uid = number(v[UID], UINT_MAX - 1), gid = number(v[GID], UINT_MAX - 1), fsize = number(v[FSIZE], LLONG_MAX);
    bool pty = !v[PTY] || !strcmp(v[PTY], "1");
    if (level < 0 || uid < 0 || gid < 0 || fsize < 0 || (!pty && strcmp(v[PTY], "0"))) refuse("record: malformed number");
    if (!made_of(v[NAME], "_-", 32) || v[NAME][0] == '-') refuse("record: malformed name");
    if (!made_of(v[TERM], "._@-", 64) || !made_of(v[LANG_], "._@-", 64)) refuse("record: malformed term or lang");
    if (strcmp(v[SESSION], mine)) refuse("record: session is not that of this record");
    if ((level == 0) != (geteuid() != 0)) refuse(level ? "level %d needs root" : "level %d is not for root", level);
    if (level && (uid < FIRST_SHADOW || gid < FIRST_SHADOW)) refuse("record: uid or gid of a host account");
    FILE *accounts = level ? fopen("/etc/passwd", "re") : NULL;
    for (struct passwd *p; accounts && (p = fgetpwent(accounts));)
        if (p->pw_uid == (uid_t)uid) refuse("record: uid of a host account");
    if (accounts) fclose(accounts);
    int sockets = directory_of(caller, mine, "session");
    /* The session host's own until now. With its sockets, only this shadow may come in: they answer whoever connects. */
    if (level && (fchown(sockets, (uid_t)-1, (gid_t)gid) || fchmod(sockets, 0710))) refuse("session: %s", strerror(errno));
    if (*v[HOME]) close(directory_of(level ? (uid_t)uid : geteuid(), v[HOME], "home"));
    for (const char *const *f = (const char *const[]){"passwd", "group", "nsswitch.conf", NULL}; *f; f++)
        close(open_own(box, *f, S_IFREG, false));

    bool deep = level == 3;
    const char *s = deep ? "/s" : mine, *inside = deep ? "/bin/inside" : text("%s/bin/postern-inside", run);
    const char *home = deep ? text("/home/%s", v[NAME]) : *v[HOME] ? v[HOME] : "/", *wrapper;
    if (deep) {
        const char *helper = text("%s/bin/postern-inside", run);
        add("bwrap", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
            "--hostname", "box", "--die-with-parent", "--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--size",
            "16777216", "--tmpfs", "/tmp", "--perms", "0755", "--dir", "/etc", "--perms", "0755", "--dir", "/bin",
            "--perms", "0755", "--dir", "/home", "--ro-bind", helper, "/bin/inside", "--ro-bind", helper, "/bin/askpass",
            "--ro-bind", text("%s/passwd", boxes), "/etc/passwd", "--ro-bind", text("%s/group", boxes), "/etc/group",
            "--ro-bind", text("%s/nsswitch.conf", boxes), "/etc/nsswitch.conf", "--ro-bind", mine, "/s", NULL);
        if (*v[HOME]) add("--bind", v[HOME], home, NULL);
        else add("--perms", "1777", "--size", "16777216", "--tmpfs", home, NULL);
        add_binds(level);
        add("--chdir", "/", "--", NULL);
    }
    add(inside, "run", level ? v[UID] : "-1", level ? v[GID] : "-1", v[FSIZE], v[LEVEL], NULL);
    wrapper = deep ? NULL : add_binds(level);
    if (level == 2) {
        add("-x", text("%s/bin", run), "-r", mine, "-r", text("%s/passwd", boxes), "-r", text("%s/group", boxes), NULL);
        if (*v[HOME]) add("-w", v[HOME], NULL);
    }
    add("--", NULL);
    bool probe = !strcmp(v[PROGRAM_], "probe");
    if (!strcmp(v[PROGRAM_], "selftest")) add(inside, "selftest", NULL);
    else if (!strcmp(v[PROGRAM_], "command")) add(inside, "client", s, NULL);
    else if (!strcmp(v[PROGRAM_], "share")) add(inside, "share", s, NULL);
    else if (!probe && strcmp(v[PROGRAM_], "ssh")) refuse("record: unknown program");
    else add("/usr/bin/ssh", "-F", text("%s/%s", s, probe ? "probe_config" : "ssh_config"), pty && !probe ? "-tt" : "-T",
             "target", NULL);

    words[env++] = "PATH=/usr/bin:/bin";
    words[env++] = "SSH_ASKPASS_REQUIRE=force";
    words[env++] = text("HOME=%s", home);
    words[env++] = text("USER=%s", v[NAME]);
    words[env++] = text("LOGNAME=%s", v[NAME]);
    words[env++] = text("LANG=%s", v[LANG_]);
    words[env++] = text("TERM=%s", v[TERM]);
    words[env++] = text("SHELL=%s", inside);
    words[env++] = deep ? "SSH_ASKPASS=/bin/askpass" : text("SSH_ASKPASS=%s/bin/postern-askpass", run);
    if (!deep) words[env++] = text("POSTERN_S=%s", mine);
    if (wrapper && level) { /* without a mount namespace the uid has no name: ssh refuses to run for it */
        words[env++] = text("LD_PRELOAD=%s", wrapper);
        words[env++] = text("NSS_WRAPPER_PASSWD=%s/passwd", boxes);
        words[env++] = text("NSS_WRAPPER_GROUP=%s/group", boxes);
    }
    return deep ? "/usr/bin/bwrap" : inside;
}

int main(int argc, char **argv) {
    pid_t parent = getppid(), self = getpid(), other, was;
    uid_t caller = getuid();
    char state, *bin;
    unsigned long long start;
    struct stat st;
    start_clean();
    bool ending = argc == 3 && !strcmp(argv[1], "end");
    const char *session = ending ? argv[2] : argc == 2 ? argv[1] : "";
    if (!made_of(session, "_-", 64)) refuse("usage: postern-box SESSION | postern-box end SESSION");

    ssize_t length = readlink("/proc/self/exe", run, sizeof run - 1);
    if (length < 0 || length > 512 || !(bin = strrchr(run, '/'))) refuse("cannot find myself");
    *bin = 0;
    if (!(bin = strrchr(run, '/')) || bin == run || strcmp(bin, "/bin")) refuse("not installed in a bin directory");
    *bin = 0;
    /* Each step is checked, or a hard link to us in a directory of the caller's would move RUN there. */
    int top = open_own(AT_FDCWD, run, S_IFDIR, false);
    close(open_own(open_own(top, "bin", S_IFDIR, false), "postern-inside", S_IFREG, false));
    box = open_own(open_own(top, "boxes", S_IFDIR, ending), session, S_IFDIR, ending);
    if (ending) return end_box();

    const char *program = compose(session, caller);
    bool deep = !strcmp(program, "/usr/bin/bwrap");
    /* A caller that died before we looked left us to init: pidfd_open would watch the wrong process. */
    int caller_fd = (int)syscall(NR_pidfd_open, parent, 0);
    if (caller_fd < 0 || getppid() != parent || (parent == 1 && (stat("/proc/1", &st) || st.st_uid != caller)))
        refuse("the caller is gone");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!process(self, &state, &was, &start)) refuse("cannot read /proc");
    if (!claim(self, start)) refuse("%s: used already", session);

    for (const int *s = (const int[]){SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, 0}; *s; s++) signal(*s, SIG_IGN);
    sigset_t heard;
    sigemptyset(&heard);
    for (const int *s = (const int[]){SIGHUP, SIGTERM, SIGCHLD, 0}; *s; s++) sigaddset(&heard, *s);
    sigprocmask(SIG_BLOCK, &heard, NULL);
    int heard_fd = signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK), status = 0, why = 0;
    pid_t child = heard_fd < 0 ? -1 : fork();
    if (child < 0) refuse("cannot start: %s", strerror(errno));
    if (child == 0) { /* INT, QUIT, TSTP stay ignored for bubblewrap, or Ctrl-C kills the box; inside restores them */
        sigprocmask(SIG_UNBLOCK, &heard, NULL);
        args[count] = NULL;
        execve(program, args, words);
        refuse("%s: %s", program, strerror(errno));
    }
    for (bool over = false; !over;) {
        struct pollfd events[2] = {{.fd = caller_fd, .events = POLLIN}, {.fd = heard_fd, .events = POLLIN}};
        struct signalfd_siginfo info;
        if (poll(events, 2, -1) < 0 && errno != EINTR) why = SIGKILL;
        if (events[0].revents) why = SIGHUP;
        while (read(heard_fd, &info, sizeof info) == sizeof info)
            if (info.ssi_signo != SIGCHLD) why = (int)info.ssi_signo;
        for (int st_; !over && (other = waitpid(-1, &st_, WNOHANG)) > 0;)
            if (other == child) over = true, status = st_;
        if (!over && why) over = true, kill(child, SIGKILL);
    }
    /* Killing bubblewrap ends its PID namespace by itself; below level 3 the rest is hunted down. */
    for (int round = deep ? 1 : 0; round < 400; round++, usleep(round < 10 ? 500 : 5000)) {
        while ((other = waitpid(-1, NULL, WNOHANG)) > 0) {}
        if (other < 0) break; /* nobody is left */
        if (round % 8 == 0) kill_children(self);
    }
    if (why) return 128 + why;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
