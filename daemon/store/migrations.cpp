#include "daemon/store/migrations.hpp"

#include "daemon/store/session_settings.hpp"
#include "daemon/store/sqlstate.hpp"

#include <functional>
#include <pqxx/pqxx>

namespace navette::store {

namespace {

// Any number will do as long as every navette takes the same.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(hashtextextended('navette.migrate', 0))";

core::Result<std::vector<MigrationState>> guarded(const std::function<std::vector<MigrationState>()>& work) {
    try {
        return work();
    } catch (const core::Error& error) {
        return std::unexpected(error);
    } catch (const pqxx::sql_error& error) {
        return core::failure(kind_of(state_of(error)), std::string("database: ") + error.what());
    } catch (const std::exception& error) {
        return core::failure(core::ErrorKind::unavailable, std::string("database: ") + error.what());
    }
}

bool has_table(pqxx::work& work) {
    return !work.exec("SELECT to_regclass('navette.schema_migrations')")[0][0].is_null();
}

/// Throws core::Error where texts of every language cannot be kept. A database that was migrated before lives
/// with what it has.
void require_unicode(pqxx::work& work) {
    const auto row = work.exec("SELECT current_database(), current_setting('server_encoding')")[0];
    const auto encoding = row[1].as<std::string>();
    if (encoding != "UTF8") {
        throw core::Error(
            core::ErrorKind::conflict,
            "the database " + row[0].as<std::string>() + " keeps its texts as " + encoding +
                ", which lacks most of what platforms send; give navette one that was made with: createdb "
                "--encoding UTF8 --template template0 NAME"
        );
    }
}

/// The applied migrations merged with the known ones; throws core::Error where they do not fit together.
std::vector<MigrationState> read_state(pqxx::work& work) {
    std::vector<MigrationState> states;
    for (const auto& migration : migrations()) {
        states.push_back({migration.version, std::string(migration.name), {}});
    }
    if (!has_table(work)) {
        return states;
    }
    const auto rows = work.exec(
        "SELECT version, name, checksum, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD "
        "HH24:MI:SS\"Z\"') "
        "FROM navette.schema_migrations ORDER BY version"
    );
    for (const auto& row : rows) {
        const auto version = row[0].as<int>();
        if (version > static_cast<int>(states.size())) {
            throw core::Error(
                core::ErrorKind::conflict,
                "the database has schema version " + std::to_string(version) + " (" +
                    row[1].as<std::string>() + "), this navette knows only up to " +
                    std::to_string(states.size()) +
                    ": it is older than the database; install the newer navette"
            );
        }
        const auto& known = migrations()[static_cast<std::size_t>(version - 1)];
        const auto checksum =
            work.exec_params("SELECT md5($1)", std::string(known.sql))[0][0].as<std::string>();
        if (checksum != row[2].as<std::string>()) {
            throw core::Error(
                core::ErrorKind::conflict,
                "migration " + std::to_string(version) + " (" + std::string(known.name) +
                    ") differs from the one the database was migrated with; migrations are never edited "
                    "after they landed"
            );
        }
        states[static_cast<std::size_t>(version - 1)].applied_at = row[3].as<std::string>();
    }
    return states;
}

}  // namespace

core::Result<std::vector<MigrationState>> migration_status(const std::string& conninfo) {
    return guarded([&] {
        pqxx::connection connection(conninfo);
        settle(connection);
        pqxx::work work(connection);
        return read_state(work);
    });
}

core::Result<std::vector<MigrationState>> migrate(const std::string& conninfo) {
    return guarded([&] {
        pqxx::connection connection(conninfo);
        settle(connection);
        {
            pqxx::work work(connection);
            work.exec(kLock);
            if (!has_table(work)) {
                require_unicode(work);
            }
            work.exec("SET LOCAL client_min_messages = warning");
            work.exec("CREATE SCHEMA IF NOT EXISTS navette");
            work.exec(
                "CREATE TABLE IF NOT EXISTS navette.schema_migrations (version integer PRIMARY KEY, name "
                "text NOT NULL, "
                "checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
            );
            work.commit();
        }
        std::vector<MigrationState> applied;
        for (const auto& migration : migrations()) {
            // Each in a transaction of its own, the lock taken anew: another migrate may have been faster.
            pqxx::work work(connection);
            work.exec(kLock);
            const auto states = read_state(work);
            if (!states[static_cast<std::size_t>(migration.version - 1)].applied_at.empty()) {
                continue;
            }
            work.exec(std::string(migration.sql));
            const auto row = work.exec_params(
                "INSERT INTO navette.schema_migrations (version, name, checksum) VALUES ($1, $2, md5($3)) "
                "RETURNING to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS\"Z\"')",
                migration.version,
                std::string(migration.name),
                std::string(migration.sql)
            );
            work.commit();
            applied.push_back({migration.version, std::string(migration.name), row[0][0].as<std::string>()});
        }
        return applied;
    });
}

core::Result<void> require_current_schema(const std::string& conninfo) {
    const auto states = migration_status(conninfo);
    if (!states) {
        return std::unexpected(states.error());
    }
    for (const auto& state : *states) {
        if (state.applied_at.empty()) {
            return core::failure(
                core::ErrorKind::conflict,
                "the database lacks schema version " + std::to_string(state.version) + " (" + state.name +
                    "); run: navettectl db migrate"
            );
        }
    }
    return {};
}

}  // namespace navette::store
