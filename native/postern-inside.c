/* The program inside the box: drops to the shadow identity and becomes the client; then serves that client
 * as askpass, as dialer and in place of a shell, so that the box holds nothing else that could be run. */
#define PROGRAM "postern-inside"
#include "postern.h"
#include "filter.h"
#include <dirent.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/un.h>

/* ---- run: from root to the shadow identity ---- */

/* Landlock's rights by number: the build host's headers may be older than the kernel that runs this. */
enum { FS_ALL_1 = 0x1fff, FS_EXECUTE = 1, FS_WRITE = 2, FS_READ = 4, FS_LIST = 8, FS_REFER = 1 << 13,
       FS_TRUNCATE = 1 << 14, FS_IOCTL = 1 << 15, FS_MAKE_DEVICES = 1 << 6 | 1 << 11 };
struct ruleset { unsigned long long fs, net, scoped; };
struct __attribute__((packed)) beneath { unsigned long long allowed; int fd; };

static void allow(int rules, const char *path, unsigned long long rights, unsigned long long known) {
    struct stat st;
    struct beneath rule = {.allowed = rights & known, .fd = open(path, O_PATH | O_CLOEXEC)};
    if (rule.fd < 0 || fstat(rule.fd, &st)) refuse("%s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode)) rule.allowed &= FS_EXECUTE | FS_WRITE | FS_READ | FS_TRUNCATE | FS_IOCTL;
    if (syscall(NR_landlock + 1, rules, 1 /* path beneath */, &rule, 0)) refuse("landlock: %s: %s", path, strerror(errno));
    close(rule.fd);
}

/* Reads "-x PATH", "-r PATH", "-w PATH" up to "--"; returns what stands after it. At level 2 also the rules. */
static char **landlock_rules(char **word, bool wanted, int *rules) {
    long abi = wanted ? syscall(NR_landlock, NULL, 0, 1) : 0;
    struct ruleset all = {.fs = FS_ALL_1 | (abi > 1 ? FS_REFER : 0) | (abi > 2 ? FS_TRUNCATE : 0) | (abi > 4 ? FS_IOCTL : 0),
                          .net = abi > 3 ? 3 : 0, .scoped = abi > 5 ? 3 : 0};
    if (wanted && abi < 1) refuse("this kernel has no Landlock");
    *rules = wanted ? (int)syscall(NR_landlock, &all, abi > 5 ? 24 : abi > 3 ? 16 : 8, 0) : -1;
    if (wanted && *rules < 0) refuse("landlock: %s", strerror(errno));
    for (; *word && strcmp(*word, "--"); word += 2) {
        if ((*word)[0] != '-' || !(*word)[1] || (*word)[2] || !strchr("xrw", (*word)[1]) || !word[1]) refuse("bad rule");
        unsigned long long rights = FS_READ | FS_LIST | ((*word)[1] == 'x' ? FS_EXECUTE : 0);
        if ((*word)[1] == 'w') rights = ~(unsigned long long)(FS_EXECUTE | FS_MAKE_DEVICES | FS_IOCTL);
        if (wanted) allow(*rules, word[1], rights, all.fs);
    }
    for (const char *const *dev = (const char *const[]){"/dev/null", "/dev/zero", "/dev/urandom", "/dev/tty", NULL};
         wanted && *dev; dev++)
        allow(*rules, *dev, FS_READ | FS_WRITE | FS_IOCTL, all.fs);
    if (!*word || !word[1]) refuse("nothing to run");
    return word + 1;
}

static void drop(uid_t uid, gid_t gid) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    uid_t r, e, s;
    bool keep = uid == (uid_t)-1;
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap) && !keep) refuse("bounding set: %s", strerror(errno));
    if (!keep) {
        struct rlimit processes = {512, 512}, now; /* of one person; a fork bomb ends here */
        if (getrlimit(RLIMIT_NPROC, &now) == 0 && now.rlim_max < 512) processes = (struct rlimit){now.rlim_max, now.rlim_max};
        if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)) refuse("identity: %s", strerror(errno));
        if (setrlimit(RLIMIT_NPROC, &processes)) refuse("limits: %s", strerror(errno));
    }
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &head, none)) refuse("capabilities: %s", strerror(errno));
    if (getresuid(&r, &e, &s) || r != e || e != s || r == 0 || (!keep && r != uid) || setuid(0) == 0 || setgid(0) == 0)
        refuse("identity: still more than it should be");
}

/* Where the person's display is lent, the session's file "display" says how ssh is to name it. ssh looks for it in /tmp, which is
 * the box's own at level 3; elsewhere the display of somebody of this host may be there, so none is named. */
static void find_display(void) {
    char name[16] = "";
    int fd = open("/s/display", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t size = read(fd, name, sizeof name - 1);
    close(fd);
    if (size < 5 || strspn(name, ":.0123456789") != (size_t)size - 1 || name[size - 1] != '\n') refuse("display: malformed");
    name[size - 1] = 0;
    if (mkdir("/tmp/.X11-unix", 0700) || symlink("/s/x11", "/tmp/.X11-unix/X0") || setenv("DISPLAY", name, 1))
        refuse("display: %s", strerror(errno));
}

static void run(int argc, char **argv) { /* run UID GID FSIZE LEVEL [rules] -- PROG ARGS */
    if (argc < 8) refuse("usage: run UID GID FSIZE LEVEL -- PROGRAM");
    bool keep = !strcmp(argv[2], "-1") && !strcmp(argv[3], "-1");
    long long uid = number(argv[2], UINT_MAX - 1), gid = number(argv[3], UINT_MAX - 1);
    long long fsize = number(argv[4], LLONG_MAX), level = number(argv[5], 3);
    int rules;
    if (fsize < 0 || level < 0 || keep != (level == 0)) refuse("malformed arguments");
    if (!keep && (uid < FIRST_SHADOW || gid < FIRST_SHADOW)) refuse("uid or gid of a host account");
    default_signals();
    close_from_3();
    unsetenv("PWD"); /* bubblewrap's addition */
    char **program = landlock_rules(argv + 6, level == 2, &rules);
    struct rlimit core = {0, 0}, file = {(rlim_t)fsize, (rlim_t)fsize};
    if (setrlimit(RLIMIT_CORE, &core) || setrlimit(RLIMIT_FSIZE, &file)) refuse("limits: %s", strerror(errno));
    drop(keep ? (uid_t)-1 : (uid_t)uid, keep ? (gid_t)-1 : (gid_t)gid);
    /* Change of identity forgets it, so it is asked for here; at level 3 the PID namespace does this. */
    if (level < 3 && prctl(PR_SET_PDEATHSIG, SIGKILL)) refuse("parent: %s", strerror(errno));
    const char *home = getenv("HOME");
    if (!home || chdir(home)) refuse("home: %s", home ? strerror(errno) : "not set");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) refuse("no_new_privs: %s", strerror(errno));
    if (rules >= 0 && syscall(NR_landlock + 2, rules, 0)) refuse("landlock: %s", strerror(errno));
    if (rules >= 0) close(rules);
    if (!filter_system_calls()) refuse("seccomp: %s", strerror(errno));
    if (level == 3) find_display();
    execv(program[0], program);
    refuse("%s: %s", program[0], strerror(errno));
}

/* ---- the sockets of the session ---- */

static int reach(const char *directory, const char *name) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || snprintf(to.sun_path, sizeof to.sun_path, "%s/%s", directory, name) >= (int)sizeof to.sun_path ||
        connect(fd, (struct sockaddr *)&to, sizeof to))
        refuse("%s: %s", name, strerror(errno));
    return fd;
}

static bool say(int fd, const char *data, size_t size) {
    for (ssize_t done; size > 0; data += done, size -= (size_t)done)
        if ((done = write(fd, data, size)) < 0) return false;
    return true;
}

/* Sends a question, reads the answer to its end: its length, or -1 when it is longer than `most`. */
static ssize_t ask(int fd, const char *first, const char *between, const char *second, char *answer, size_t most) {
    size_t size = 0;
    ssize_t got = 0;
    signal(SIGPIPE, SIG_IGN); /* an answer that comes before the whole question was read is an answer */
    if (say(fd, first, strlen(first)) && say(fd, between, strlen(between))) say(fd, second, strlen(second));
    shutdown(fd, SHUT_WR);
    while (size <= most && (got = read(fd, answer + size, most + 1 - size)) > 0) size += (size_t)got;
    return got < 0 || size > most ? -1 : (ssize_t)size;
}

#include "share.h"

static int dial(const char *directory) { /* ssh's ProxyUseFdpass: no process copies bytes in the box */
    int fd = reach(directory, "dial");
    if (!send_descriptor(1, fd)) refuse("dial: %s", strerror(errno));
    return 0;
}

static int up(const char *directory) { /* ssh waits for LocalCommand: bytes flow when the other end lets go */
    char nothing[64];
    int fd = reach(directory, "up");
    while (read(fd, nothing, sizeof nothing) > 0) {}
    return 0;
}

static int hostkey(const char *directory, const char *type, const char *key) {
    static char answer[65536 + 1], line[16384];
    if (snprintf(line, sizeof line, "%s %s\n", type, key) >= (int)sizeof line) refuse("hostkey: too long");
    ssize_t size = ask(reach(directory, "hostkey"), line, "", "", answer, sizeof answer - 1);
    return size > 0 && say(1, answer, (size_t)size) ? 0 : 1;
}

static int askpass(const char *prompt) {
    static char answer[4096 + 2];
    const char *directory = getenv("POSTERN_S"), *kind = getenv("SSH_ASKPASS_PROMPT");
    prctl(PR_SET_DUMPABLE, 0); /* while the secret is here, nobody of the same uid may look */
    ssize_t size = ask(reach(directory ? directory : "/s", "ask"), kind ? kind : "", "\n", prompt, answer, 4096);
    bool good = size > 0;
    if (good) answer[size] = '\n', good = say(1, answer, (size_t)size + 1);
    explicit_bzero(answer, sizeof answer);
    return good ? 0 : 1;
}

/* ssh runs ProxyCommand and LocalCommand by "$SHELL -c". No quoting, no expansion: two verbs, or nothing. */
static int shell(char *line) {
    char *rest = line, *word[4] = {0}, *last;
    int n = 0;
    for (char *w; (w = strsep(&rest, " "));) {
        if (!*w || (n == 0 && !strcmp(w, "exec"))) continue;
        if (n == 4) return 126;
        word[n++] = w;
    }
    if (n != 3) return 126;
    last = strrchr(word[0], '/');
    if (!last || (strcmp(last, "/inside") && strcmp(last, "/postern-inside"))) return 126;
    return !strcmp(word[1], "dial") ? dial(word[2]) : !strcmp(word[1], "up") ? up(word[2]) : 126;
}

/* ---- selftest: what is really so, tried out ---- */

static const char *outcome(int error) {
    static const struct { int number; const char *name; } known[] = {
        {0, "OK"}, {EPERM, "EPERM"}, {EACCES, "EACCES"}, {ENOENT, "ENOENT"}, {ENOSYS, "ENOSYS"}, {EINVAL, "EINVAL"},
        {EAFNOSUPPORT, "EAFNOSUPPORT"}, {ECONNREFUSED, "ECONNREFUSED"}, {ENETUNREACH, "ENETUNREACH"}, {ENOTTY, "ENOTTY"},
        {EIO, "EIO"}, {EROFS, "EROFS"}, {ENOSPC, "ENOSPC"}};
    static char other[16];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].number == error) return known[i].name;
    snprintf(other, sizeof other, "E%d", error);
    return other;
}

static int trying(int what) { /* in a child: an unshare or a trace that works must not change ourselves */
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        if (what == 0) _exit(syscall(SYS_unshare, CLONE_NEWUSER) ? errno : 0);
        _exit(ptrace(PTRACE_TRACEME, 0, 0, 0) ? errno : 0);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static void names_in(const char *key, const char *path, bool numbers) {
    DIR *directory = opendir(path);
    int n = 0;
    printf("%s=%s", key, directory ? "" : outcome(errno));
    for (struct dirent *e; directory && (e = readdir(directory));) {
        if (e->d_name[0] == '.' || (numbers && number(e->d_name, INT_MAX) < 0)) continue;
        if (!numbers) printf("%s%s", n ? "," : "", e->d_name);
        n++;
    }
    if (directory && numbers) printf("%d", n);
    putchar('\n');
    if (directory) closedir(directory);
}

static int selftest(void) {
    struct sockaddr_in ssh = {.sin_family = AF_INET, .sin_port = htons(22), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int caps = 0, n = 0, fd;
    char file[PATH_MAX], line[256];
    gid_t groups[64];
    for (int cap = 0, got; (got = prctl(PR_CAPBSET_READ, cap)) >= 0; cap++) caps += got;
    printf("uid=%u\ngid=%u\ngroups=%d\ncapbnd=%d\n", getuid(), getgid(), getgroups(64, groups), caps);
    printf("nnp=%d\nseccomp=%d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), prctl(PR_GET_SECCOMP));
    FILE *devices = fopen("/proc/self/net/dev", "re");
    printf("interfaces=%s", devices ? "" : outcome(errno));
    while (devices && fgets(line, sizeof line, devices)) {
        char *colon = strchr(line, ':');
        if (colon) *colon = 0, printf("%s%s", n++ ? "," : "", line + strspn(line, " "));
    }
    fd = socket(AF_INET, SOCK_STREAM, 0);
    printf("\nconnect_inet=%s\n", outcome(fd < 0 || connect(fd, (struct sockaddr *)&ssh, sizeof ssh) ? errno : 0));
    if (fd > 2) close(fd);
    names_in("processes", "/proc", true);
    names_in("root_entries", "/", false);
    printf("shadow_readable=%s\n", open("/etc/shadow", O_RDONLY | O_CLOEXEC) < 0 ? outcome(errno) : "OK");
    printf("tiocsti=%s\n", outcome(ioctl(0, TIOCSTI, " ") ? errno : 0));
    printf("unshare=%s\nptrace=%s\n", outcome(trying(0)), outcome(trying(1)));
    const char *home = getenv("HOME");
    snprintf(file, sizeof file, "%s/.postern-selftest", home ? home : "");
    fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    printf("home_writable=%s\n", outcome(fd < 0 || write(fd, "x", 1) != 1 ? errno : 0));
    if (fd >= 0) close(fd), unlink(file);
    printf("fds=");
    for (fd = n = 0; fd < 4096; fd++)
        if (fcntl(fd, F_GETFD) >= 0 && (!devices || fd != fileno(devices))) printf("%s%d", n++ ? "," : "", fd);
    putchar('\n');
    return 0;
}

/* The client that is no login shell. What it is to run is any text, so it comes in a file of the session host: its first
 * letter says what it is (e: command, t: command on a terminal, s: subsystem, c: a shell), the rest is handed on. */
static int client(const char *directory) {
    static char text[131072], file[PATH_MAX], config[PATH_MAX];
    size_t size = 0;
    ssize_t got = 0;
    snprintf(file, sizeof file, "%s/command", directory);
    snprintf(config, sizeof config, "%s/ssh_config", directory);
    int fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), n = 0;
    while (fd >= 0 && (got = read(fd, text + size, sizeof text - size)) > 0) size += (size_t)got;
    if (fd < 0 || got < 0 || size < 1 || size >= sizeof text || memchr(text, 0, size)) refuse("command: not readable, or too long");
    close(fd);
    char *word[10] = {"ssh", "-F", config, *text == 't' ? "-tt" : "-T"};
    for (n = 4; *text == 's' && n == 4;) word[n++] = "-s";
    word[n++] = "--";
    word[n++] = "target";
    if (*text != 'c') word[n++] = text + 1;
    execv("/usr/bin/ssh", word);
    refuse("/usr/bin/ssh: %s", strerror(errno));
}

int main(int argc, char **argv) {
    const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL, *verb = argc > 1 ? argv[1] : "";
    name = name ? name + 1 : argc > 0 ? argv[0] : "";
    if (strstr(name, "askpass")) return askpass(verb);
    if (!strcmp(verb, "-c")) return argc == 3 ? shell(argv[2]) : 126;
    if (!strcmp(verb, "run")) run(argc, argv);
    if (!strcmp(verb, "client") && argc == 3) return client(argv[2]);
    if (!strcmp(verb, "share") && argc == 3) return share(argv[2]);
    if (!strcmp(verb, "dial") && argc == 3) return dial(argv[2]);
    if (!strcmp(verb, "up") && argc == 3) return up(argv[2]);
    if (!strcmp(verb, "hostkey") && argc >= 3 && argc <= 5)
        return hostkey(argv[2], argc > 3 ? argv[3] : "", argc > 4 ? argv[4] : "");
    if (!strcmp(verb, "selftest") && argc == 2) return selftest();
    refuse("usage: run | client | share | dial | up | hostkey | selftest");
}
