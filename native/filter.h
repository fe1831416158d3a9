/* The system calls that no client program needs and every escape does, as a seccomp filter. */
#ifndef FILTER_H
#define FILTER_H
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "no seccomp table for this architecture"
#endif

static const int denied[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_unshare, SYS_setns, SYS_mount, SYS_umount2,
    SYS_pivot_root, SYS_chroot, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_open_by_handle_at, SYS_name_to_handle_at,
    SYS_quotactl, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_syslog, SYS_acct, SYS_settimeofday, SYS_clock_settime,
    SYS_fanotify_init, SYS_personality,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef __x86_64__
    SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib,
#endif
    /* One number on every architecture: io_uring_*, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick,
     * pidfd_getfd, process_madvise, mount_setattr, quotactl_fd, open_tree_attr. */
    425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442, 443, 467};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ARGUMENT(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n])) /* low word: the kernel takes an int */
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), yes, no)
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, what)
#define FAIL(e) ANSWER(SECCOMP_RET_ERRNO | (e))
#define NAMESPACES                                                                                                     \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static inline bool filter_system_calls(void) {
    static const struct sock_filter head[] = {
        LOAD(arch), EQUAL(ARCH, 1, 0), ANSWER(SECCOMP_RET_KILL_PROCESS),
        LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1), ANSWER(SECCOMP_RET_KILL_PROCESS), /* x32 */
        EQUAL(435, 0, 1), FAIL(ENOSYS), /* clone3: its flags lie in memory, out of sight; libc falls back to clone */
        EQUAL(SYS_socket, 0, 4), ARGUMENT(0), EQUAL(AF_UNIX, 0, 1), ANSWER(SECCOMP_RET_ALLOW), FAIL(EAFNOSUPPORT),
        EQUAL(SYS_clone, 0, 4), ARGUMENT(0), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1), FAIL(EPERM),
        ANSWER(SECCOMP_RET_ALLOW),
        EQUAL(SYS_ioctl, 0, 5), ARGUMENT(1), EQUAL(TIOCSTI, 1, 0), EQUAL(TIOCLINUX, 0, 1), FAIL(EPERM),
        ANSWER(SECCOMP_RET_ALLOW)};
    enum { HEAD = sizeof head / sizeof *head, DENIED = sizeof denied / sizeof *denied };
    struct sock_filter code[HEAD + 2 * DENIED + 1];
    int n = HEAD;
    memcpy(code, head, sizeof head);
    for (int i = 0; i < DENIED; i++) {
        code[n++] = (struct sock_filter)EQUAL(denied[i], 0, 1);
        code[n++] = (struct sock_filter)FAIL(EPERM);
    }
    code[n++] = (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = (unsigned short)n, .filter = code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#endif
