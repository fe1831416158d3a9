/* Stands in the place of ssh and tries what somebody who broke out of ssh would try. Prints key=value. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const int denied[] = {SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_unshare, SYS_setns,
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl,
    SYS_add_key, SYS_request_key, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_personality,
    425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442};

static void tell(const char *key, long result) { printf("%s=%s\n", key, result >= 0 ? "OK" : strerrorname_np(errno)); }

/* What a call that must kill does, seen from the parent: the signal, or "lived". */
static void deadly(const char *key, void (*call)(void)) {
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) call(), _exit(0);
    waitpid(pid, &status, 0);
    printf("%s=%s\n", key, WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "lived");
}
#ifdef __x86_64__
static void x32(void) { syscall(0x40000000 | 39); }
static void old(void) { long r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20L) : "memory"); }
#endif
static void big(void) {
    static char block[65536];
    int fd = open("big", O_WRONLY | O_CREAT, 0600);
    while (write(fd, block, sizeof block) > 0) {}
    _exit(0);
}

static long reach(const char *path, int abstract) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    strncpy(to.sun_path + abstract, path, sizeof to.sun_path - 2);
    return connect(fd, (struct sockaddr *)&to, sizeof(sa_family_t) + abstract + strlen(path) + !abstract);
}

int main(int argc, char **argv) {
    int outside = argc > 1 ? atoi(argv[1]) : 0, passed = 0; /* a process of the same uid outside, if one is given */
    long r;
    if (prctl(PR_GET_SECCOMP) != 2) return fprintf(stderr, "only behind the filter\n"), 1; /* it would do harm */
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        r = syscall(denied[i], 0L, 0L, 0L, 0L, 0L, 0L);
        if (r >= 0 || errno != EPERM) printf("passed_%d=%s\n", denied[i], r >= 0 ? "OK" : strerrorname_np(errno)), passed++;
    }
    printf("passed=%d\n", passed);
    tell("clone_user", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
    tell("clone_net", syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0));
    tell("clone3", syscall(435, NULL, 0));
    tell("inet", socket(AF_INET, SOCK_DGRAM, 0));
    tell("inet6", socket(AF_INET6, SOCK_STREAM, 0));
    tell("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
    tell("packet", socket(AF_PACKET, SOCK_RAW, 0));
    tell("inet_high", syscall(SYS_socket, 0x100000000L | AF_INET, SOCK_STREAM, 0));
    tell("unix", socket(AF_UNIX, SOCK_STREAM, 0));
    tell("tiocsti_high", syscall(SYS_ioctl, 0, 0x100000000L | TIOCSTI, " "));
    tell("tioclinux", ioctl(0, TIOCLINUX, " "));
#ifdef __x86_64__
    deadly("x32", x32);
    deadly("int80", old);
#endif
    tell("setuid", setuid(0));
    tell("setgid", setgid(0));
    tell("mknod", mknod("device", S_IFCHR | 0600, 0x101));
    struct rlimit core = {1, 1};
    tell("core", setrlimit(RLIMIT_CORE, &core));
    tell("write_s", open("/s/new", O_WRONLY | O_CREAT, 0600));
    tell("write_root", open("/new", O_WRONLY | O_CREAT, 0600));
    tell("write_bin", open("/bin/inside", O_WRONLY));
    tell("read_environ_1", open("/proc/1/environ", O_RDONLY));
    tell("read_root_1", open("/proc/1/root", O_RDONLY));
    tell("kill_1", kill(1, SIGKILL));
    tell("write_sysrq", open("/proc/sysrq-trigger", O_WRONLY));
    tell("control", reach("/tmp/mux", 0)); /* where the box of a login has its control socket */
    tell("display", reach("/tmp/.X11-unix/X0", 0)); /* where ssh looks for a display, and where it might */
    tell("display_abstract", reach("/tmp/.X11-unix/X0", 1));
    tell("passwd", open("/etc/passwd", O_RDONLY));
    tell("home", open("file", O_WRONLY | O_CREAT, 0700));
    deadly("fsize", big);
    if (outside) tell("kill_outside", kill(outside, 0));
    if (outside) tell("abstract", reach(argv[2], 1));
    if (outside) tell("pathname", reach(argv[3], 0));
    fflush(stdout);
    return 0;
}
