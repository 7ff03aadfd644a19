#!/usr/bin/env bash
# A PostgreSQL of a test's own below DIR: the primary DIR/a and, where it is wanted, its synchronous standby DIR/b. It keeps what
# it has committed when the server dies; only fsync is off, since the machine lives on.
#   private_cluster.sh start DIR [standby] | restart DIR a | kill DIR a | promote DIR b | sql DIR a SQL | stop DIR
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
cluster=$(dirname "$(readlink -f "$0")")/cluster.sh
action=${1:?} dir=${2:?}

as_owner() {
    if [ "$(id -u)" = 0 ]; then (cd / && exec runuser -u postgres -- "$@"); else "$@"; fi
}
sql() { "$cluster" psql "$dir/$1" -d postgres -At -c "$2"; }
# The log goes into a file: a server that inherits the caller's pipe would keep the caller waiting.
control() { as_owner "$bin/pg_ctl" -D "$dir/$1/data" -l "$dir/$1/postgres.log" -w -t 60 -s "${@:2}"; }

start() {
    mkdir -p "$dir"
    chmod 755 "$dir"
    NAVETTE_DURABLE=1 "$cluster" start "$dir/a"
    sql a "ALTER SYSTEM SET fsync = off"
    sql a "SELECT pg_reload_conf()" >/dev/null
}

# A test that is killed leaves no server behind.
end_with_caller() {
    setsid bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 2; done; [ ! -d "$3" ] || "$2" stop "$3"' - \
        "$PPID" "$(readlink -f "$0")" "$dir" </dev/null >/dev/null 2>&1 &
}

add_standby() {
    mkdir -p "$dir/b"
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir/b"; fi
    as_owner "$bin/pg_basebackup" -h "$dir/a" -U navette -D "$dir/b/data" -R -X stream -c fast --no-sync
    control b \
        -o "-c listen_addresses= -c unix_socket_directories=$dir/b -c max_connections=200 -c shared_buffers=128MB \
            -c wal_retrieve_retry_interval=200ms" start
    sql a "ALTER SYSTEM SET synchronous_standby_names = '*'"
    sql a "SELECT pg_reload_conf()" >/dev/null
}

case "$action" in
    start)
        end_with_caller
        start
        if [ "${3:-}" = standby ]; then add_standby; fi
        ;;
    # As a crash of the server: nothing is finished, nothing is flushed.
    restart) control "$3" -m immediate restart ;;
    kill) control "$3" -m immediate stop ;;
    promote) control "$3" promote ;;
    sql) sql "$3" "$4" ;;
    stop)
        for server in a b; do
            if [ -f "$dir/$server/data/postmaster.pid" ]; then control "$server" -m immediate stop || true; fi
        done
        rm -rf "$dir"
        ;;
    *) echo "private_cluster.sh: start, restart, kill, promote, sql or stop" >&2 && exit 2 ;;
esac
