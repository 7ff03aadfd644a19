#include "daemon/store/session_settings.hpp"

#include "daemon/store/set_up.hpp"

#include <array>

namespace navette::store {

namespace {

constexpr std::array kSettings{
    // What is read as text has one form.
    Setting{"timezone", "UTC"},
    Setting{"datestyle", "ISO"},
    Setting{"intervalstyle", "postgres"},
    // A statement that waited for a row must see what the other transaction made of it: fences and upserts
    // are written for that, and would fail in a transaction that keeps one snapshot.
    Setting{"default_transaction_isolation", "read committed"},
    // What was accepted, started or done outlives a crash of the server: no event is lost, none is repeated.
    Setting{"synchronous_commit", "on"},
    // The connection that listens rests for hours.
    Setting{"idle_session_timeout", "0"},
    // Off, a tenant's statements would fail instead of seeing the tenant's own rows.
    Setting{"row_security", "on"},
    // A session whose machine has vanished holds its node's name 25 s longer, and not hours.
    Setting{"tcp_keepalives_idle", "10"},
    Setting{"tcp_keepalives_interval", "5"},
    Setting{"tcp_keepalives_count", "3"},
    Setting{"tcp_user_timeout", "20000"},
};

void append(std::string& statement, const Setting& setting) {
    statement.append(", set_config('")
        .append(setting.name)
        .append("', '")
        .append(setting.value)
        .append("', false)");
}

}  // namespace

std::string session_statement(std::initializer_list<Setting> more) {
    // Of its own isolation, for a standby reads nothing in a serializable transaction. OFFSET 0 makes the
    // mark be read before it is set.
    std::string statement =
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT before.mark, "
        "set_config('navette.session', 'taken', false)";
    for (const auto& setting : kSettings) {
        append(statement, setting);
    }
    for (const auto& setting : more) {
        append(statement, setting);
    }
    return statement +
           " FROM (SELECT coalesce(current_setting('navette.session', true), '') <> '' AS mark OFFSET 0) "
           "before";
}

void settle(pqxx::connection& connection) {
    pqxx::nontransaction work(connection);
    if (work.exec(session_statement())[0][0].as<bool>()) {
        throw pqxx::failure(kSharedSession);
    }
    work.exec(kUnlimited);
    work.commit();
    connection.set_client_encoding("UTF8");
}

}  // namespace navette::store
