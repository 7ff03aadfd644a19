#!/usr/bin/env bash
# A private PostgreSQL cluster on a Unix socket, for the tests and the demo: cluster.sh start DIR | stop DIR | psql DIR ARGS...
# DIR is made by start and removed by stop. PostgreSQL refuses to run as root, so root lends it to the user postgres.
# It is thrown away with its data, so fsync is off; NAVETTE_DURABLE=1 keeps PostgreSQL's durable settings.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || { echo "cluster.sh: no PostgreSQL server found; run: ./dev setup" >&2; exit 1; }

as_owner() {
    if [ "$(id -u)" = 0 ]; then (cd / && exec runuser -u postgres -- "$@"); else "$@"; fi
}

start() {
    local dir=$1 relaxed=()
    mkdir -p "$dir"
    if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
    chmod 755 "$dir"
    as_owner "$bin/initdb" -D "$dir/data" -U navette -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/../$(basename "$dir").initdb.log" 2>&1
    if [ "${NAVETTE_DURABLE:-0}" != 1 ]; then relaxed=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off); fi
    as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/postgres.log" -w -t 60 -s \
        -o "-c listen_addresses= -c unix_socket_directories=$dir -c max_connections=200 -c shared_buffers=128MB ${relaxed[*]}" start
}

stop() {
    local dir=$1
    if [ -d "$dir/data" ]; then as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w -s stop || true; fi
    rm -rf "$dir" "$dir.initdb.log"
}

case "${1:-}" in
    start) start "$2" ;;
    stop) stop "$2" ;;
    psql) dir=$2; shift 2; exec "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$dir" -U navette "$@" ;;
    *) echo "usage: cluster.sh start DIR | stop DIR | psql DIR ARGS..." >&2; exit 2 ;;
esac
