#include "daemon/store/admin_session.hpp"

#include "daemon/store/sqlstate.hpp"

#include <boost/json/parse.hpp>
#include <libpq-fe.h>

#include <pqxx/pqxx>

namespace navette::store {

namespace json = boost::json;

namespace {

// Records are the applications' own: nested deeper than Boost.JSON's default allows, and shown all the same.
constexpr std::size_t kDeepest = 512;

/// PostgreSQL's first line without its severity: what follows are contexts and failing rows.
std::string first_line(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    for (const std::string_view severity : {"ERROR:", "FATAL:"}) {
        if (const auto at = text.find(severity); at != std::string_view::npos) {
            text.remove_prefix(at + severity.size());
        }
    }
    const auto begin = text.find_first_not_of(' ');
    return std::string(begin == std::string_view::npos ? text : text.substr(begin));
}

/// A refused connection has no SQLSTATE in libpq 15, only English or translated words: what is not recognised
/// counts as passing.
core::ErrorKind kind_of_refusal(std::string_view text) {
    const auto says = [&](std::string_view words) { return text.find(words) != std::string_view::npos; };
    if (says("authentication failed") || says("no pg_hba.conf entry") || says("permission denied") ||
        says("no password supplied") || (says("role \"") && says("does not exist"))) {
        return core::ErrorKind::permission;
    }
    return says("database \"") && says("does not exist") ? core::ErrorKind::invalid
                                                         : core::ErrorKind::unavailable;
}

std::string on_one_line(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    for (auto& c : text) {
        c = c == '\n' || c == '\t' ? ' ' : c;
    }
    return text;
}

std::unexpected<core::Error> failure_of(const pqxx::sql_error& error) {
    const auto& state = error.sqlstate();
    if (state == "42P01" || state == "3F000" || state == "42883" || state == "42703") {
        return core::failure(
            core::ErrorKind::conflict,
            "the database does not have the schema of this navette (" + first_line(error.what()) +
                "); run: navettectl db migrate"
        );
    }
    return core::failure(kind_of(state), first_line(error.what()));
}

core::Result<Record> read_record(std::string_view text) {
    json::parse_options options;
    options.max_depth = kDeepest;
    boost::system::error_code error;
    auto value = json::parse(text, error, {}, options);
    if (error || !value.is_object()) {
        return core::failure(
            core::ErrorKind::internal, "a row of the database is no JSON object: " + error.message()
        );
    }
    return std::move(value.as_object());
}

}  // namespace

std::string text_of(const Record& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

struct AdminSession::Impl {
    explicit Impl(const std::string& conninfo) : connection(conninfo) {}

    pqxx::connection connection;
};

AdminSession::AdminSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminSession::AdminSession(AdminSession&& other) noexcept = default;
AdminSession& AdminSession::operator=(AdminSession&& other) noexcept = default;
AdminSession::~AdminSession() = default;

core::Result<void> check_conninfo(const std::string& conninfo) {
    char* message = nullptr;
    PQconninfoOption* const options = PQconninfoParse(conninfo.c_str(), &message);
    PQfreemem(message);
    if (options == nullptr) {
        return core::failure(
            core::ErrorKind::invalid,
            "the database's address cannot be read, expected a libpq URI such as "
            "postgresql://navette@host/navette or "
            "key=value pairs such as 'host=db dbname=navette'"
        );
    }
    PQconninfoFree(options);
    return {};
}

core::Result<AdminSession> AdminSession::open(const std::string& conninfo) {
    if (auto readable = check_conninfo(conninfo); !readable) {
        return std::unexpected(readable.error());
    }
    try {
        auto impl = std::make_unique<Impl>(conninfo);
        // Variables, not statements: they come back with a connection that was opened anew.
        impl->connection.set_variable("timezone", "'UTC'");
        impl->connection.set_variable("datestyle", "'ISO'");
        return AdminSession(std::move(impl));
    } catch (const std::exception& error) {
        const std::string text = on_one_line(error.what());
        return core::failure(kind_of_refusal(text), "cannot connect to PostgreSQL: " + text);
    }
}

core::Result<Records> AdminSession::query(
    const std::string& sql, const std::vector<std::optional<std::string>>& parameters
) {
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const auto& parameter : parameters) {
        values.push_back(parameter ? parameter->c_str() : nullptr);
    }
    try {
        pqxx::work work(impl_->connection);
        const auto rows = work.exec_params(sql, pqxx::prepare::make_dynamic_params(values));
        work.commit();
        Records records;
        records.reserve(rows.size());
        for (const auto& row : rows) {
            auto record = read_record(row[0].c_str());
            if (!record) {
                return std::unexpected(record.error());
            }
            records.push_back(std::move(*record));
        }
        return records;
    } catch (const pqxx::in_doubt_error&) {
        return core::failure(
            core::ErrorKind::unavailable,
            "the connection to PostgreSQL broke while the change was committed: look whether it took effect "
            "before you "
            "repeat it"
        );
    } catch (const pqxx::broken_connection& error) {
        const std::string text = on_one_line(error.what());
        return core::failure(kind_of_refusal(text), "the connection to PostgreSQL broke: " + text);
    } catch (const pqxx::sql_error& error) {
        return failure_of(error);
    } catch (const pqxx::failure& error) {
        return core::failure(core::ErrorKind::unavailable, on_one_line(error.what()));
    } catch (const std::exception& error) {
        return core::failure(core::ErrorKind::internal, on_one_line(error.what()));
    }
}

}  // namespace navette::store
