#!/usr/bin/env bash
# A private PostgreSQL cluster for benchmarks: durable_cluster.sh DIR. As tests/support/cluster.sh starts it with durable settings, with the
# memory and log of a small server; "cluster.sh stop DIR" removes it. Everybody who is measured works on this one cluster.
set -euo pipefail
dir=$1
support=$(dirname "$(readlink -f "$0")")/../../support
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

NAVETTE_DURABLE=1 "$support/cluster.sh" start "$dir"
# No checkpoint falls into a measurement: the log is large enough for all of it.
settings="-c listen_addresses= -c unix_socket_directories=$dir -c max_connections=200 -c shared_buffers=1GB -c max_wal_size=8GB"
settings+=" -c checkpoint_timeout=1h -c wal_buffers=16MB ${NAVETTE_BENCH_POSTGRES:-}"
restart=("$bin/pg_ctl" -D "$dir/data" -l "$dir/postgres.log" -m fast -w -t 60 -s -o "$settings" restart)
if [ "$(id -u)" = 0 ]; then cd / && exec runuser -u postgres -- "${restart[@]}"; else exec "${restart[@]}"; fi
