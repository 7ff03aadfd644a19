#include "daemon/store/session_settings.hpp"

#include "daemon/store/set_up.hpp"

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <string_view>

namespace navette::store {

namespace {

struct Setting {
    std::string_view name;
    std::string_view value;
};

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

std::string own_options(const std::string& conninfo) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
        PQconninfoParse(conninfo.c_str(), nullptr), &PQconninfoFree
    );
    for (const auto* option = parsed.get(); option != nullptr && option->keyword != nullptr; ++option) {
        if (std::string_view(option->keyword) == "options" && option->val != nullptr) {
            return option->val;
        }
    }
    return {};
}

}  // namespace

std::string session_options(const std::string& conninfo) {
    auto options = own_options(conninfo);
    for (const auto& setting : kSettings) {
        options += options.empty() ? "-c " : " -c ";
        options.append(setting.name).append("=");
        for (const char c : setting.value) {
            if (c == ' ') {
                options += '\\';
            }
            options += c;
        }
    }
    return options;
}

void settle(pqxx::connection& connection) {
    std::string statement = kUnlimited;
    for (const auto& [name, value] : kSettings) {
        statement.append("; SET ").append(name).append(" = '").append(value).append("'");
    }
    pqxx::nontransaction(connection).exec(statement);
    connection.set_client_encoding("UTF8");
}

}  // namespace navette::store
