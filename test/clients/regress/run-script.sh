#!/bin/bash
# Runs one of OpenSSH's regression scripts against a server that is already there, in the place of its test-exec.sh.
# usage: run-script.sh FOLDER SCRIPT   with HOST_PORT, HOST_USER, HOST_KEY, and what the server offers in CIPHERS, MACS, KEX
# FOLDER is a copy of the regress directory; the account on the target may write there, and the target is this machine.
OBJ=$1 SRC=$1 SCRIPT=$1/$2.sh
umask 0
export OBJ PORT=$HOST_PORT
# in an URI
USER=$(printf %s "$HOST_USER" | sed 's/%/%25/g; s/#/%23/g; s/@/%40/g')
LOGNAME=$USER
unset SSH_AUTH_SOCK
DATANAME=data DATA=$OBJ/data COPY=$OBJ/copy
TEST_SSH_LOGFILE=$OBJ/ssh.log TEST_REGRESS_LOGFILE=$OBJ/regress.log TEST_SSHD_LOGFILE=$OBJ/sshd.log
export TEST_SSH_LOGFILE
SSH=$OBJ/ssh SFTP=$OBJ/sftp SCP=$OBJ/scp SFTPSERVER=/usr/lib/openssh/sftp-server REAL_SSH=/usr/bin/ssh
SSHD=/nothing SSHAGENT=ssh-agent SSHADD=ssh-add SSHKEYGEN=ssh-keygen SSHKEYSCAN=ssh-keyscan
PLINK=plink PUTTYGEN=puttygen NC=$OBJ/netcat SUDO= TEST_SHELL=sh RESULT=0
export SSH SFTP SCP SFTPSERVER

# the log is read by the scripts; of algorithms they try what the server has
cat > $SSH <<EOF
#!/bin/sh
case "\$1 \$2" in
"-Q cipher") printf '%s\n' $CIPHERS; exit ;;
"-Q cipher-auth") /usr/bin/ssh -Q cipher-auth; exit ;;
"-Q mac") printf '%s\n' $MACS; exit ;;
"-Q kex") printf '%s\n' $KEX; exit ;;
esac
for i in "\$@"; do shift; case "\$i" in -q) ;; *) set -- "\$@" "\$i" ;; esac; done
exec /usr/bin/ssh -E $TEST_SSH_LOGFILE "\$@"
EOF
# what the scripts do with a server program of their own (-D), over ssh
cat > $SFTP <<EOF
#!/bin/bash
words=() there=
while [ \$# -gt 0 ]; do case "\$1" in -D) shift 2; there=otherhost:\$PWD ;; *) words+=("\$1"); shift ;; esac; done
exec /usr/bin/sftp -S $SSH -F $OBJ/ssh_proxy "\${words[@]}" \$there
EOF
cat > $SCP <<EOF
#!/bin/bash
words=()
while [ \$# -gt 0 ]; do case "\$1" in -D) shift 2; words+=(-S $SSH) ;; *) words+=("\$1"); shift ;; esac; done
exec /usr/bin/scp -F $OBJ/ssh_proxy "\${words[@]}"
EOF
# SCPTESTMODE makes it a server that misbehaves: that one stays as it is
[ -f $OBJ/scp-misbehaving.sh ] || mv $OBJ/scp-ssh-wrapper.sh $OBJ/scp-misbehaving.sh
cat > $OBJ/scp-ssh-wrapper.sh <<EOF
#!/bin/sh
[ -z "\$SCPTESTMODE" ] || exec sh $OBJ/scp-misbehaving.sh "\$@"
exec $SSH -F $OBJ/ssh_proxy "\$@"
EOF
chmod 755 $SSH $SFTP $SCP

cat > $OBJ/ssh_config <<EOF
Host *
	Hostname		127.0.0.1
	Port			$HOST_PORT
	User			$HOST_USER
	IdentityFile		$HOST_KEY
	IdentitiesOnly		yes
	StrictHostKeyChecking	no
	UserKnownHostsFile	/dev/null
	GlobalKnownHostsFile	/dev/null
	BatchMode		yes
	LogLevel		$([ "$2" = rekey ] && echo DEBUG1 || echo ERROR)
EOF
{ cat $OBJ/ssh_config; echo "	ProxyCommand $NC 127.0.0.1 $HOST_PORT"; } > $OBJ/ssh_proxy
touch $OBJ/sshd_proxy $OBJ/sshd_config $OBJ/authorized_keys_$USER
rm -rf $OBJ/copy* $OBJ/batch
cat /usr/bin/ssh-agent > $DATA
: > $TEST_SSH_LOGFILE
edit() { sed "$1" $SCRIPT > $OBJ/cut.sh; SCRIPT=$OBJ/cut.sh; }
case $2 in
# with buffers of 5 bytes, one at a time, each is a round trip
sftp) head -c 20000 /usr/bin/ssh-agent > $DATA ;;
# what follows is about options of sshd
rekey) edit "$(($(grep -n 'server rekeylimit' $SCRIPT | head -1 | cut -d: -f1) - 1)),\$d" ;;
forward-control) edit '/^# Usage: lperm_tests/,$d' ;;
# of a client's environment LANG and LC_* pass; then come options of sshd again
envpass) edit '/^trace "server setenv wins"/,$d; s/_XXX_TEST/LC_XXX_TEST/g' ;;
# sockets of the target are not forwarded
forwarding) edit '/^trace "transfer over chained unix domain socket/,$d' ;;
multiplex)
	edit '/^trace "forward over UNIX/,/^for s in/{/^for s in/!d}
		/cmd forward remote (UNIX)"$/,/cmd exit"$/{/cmd exit"$/!d}
		s/Invalid SSH identification string/^SSH-2.0-/
		s/_XXX_TEST/LC_XXX_TEST/g' ;;
esac

increase_datafile_size() { while [ $(du -k $DATA | cut -f1) -lt $1 ]; do cat /usr/bin/ssh-agent >> $DATA; done; }
have_prog() { command -v "$1" > /dev/null 2>&1; }
md5() { md5sum; }
make_tmpdir() { SSH_REGRESS_TMP=$(mktemp -d $OBJ/tmp-XXXXXX); }
# what a script that failed leaves behind
leave() { for ctl in $OBJ/ctl-sock* $OBJ/tmp-*/ctl-sock*; do [ ! -S $ctl ] || /usr/bin/ssh -S $ctl -O exit x 2> /dev/null; done; }
trap leave EXIT
start_sshd() { :; }
stop_sshd() { :; }
maybe_add_scp_path_to_sshd() { :; }
config_defined() { grep -E "^#define.*($1)" $OBJ/config.h > /dev/null; }
trace() { :; }
verbose() { echo "$@"; }
warn() { echo "warning: $@"; }
fail() { echo "FAIL: $@"; RESULT=1; }
fatal() { echo "FATAL: $@"; exit 1; }
skip() { echo "SKIPPED: $@"; exit 77; }

cd $OBJ || exit 1
. $SCRIPT
echo "tried: $tid"
exit $RESULT
