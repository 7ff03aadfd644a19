#include "daemon/store/admin_session.hpp"

#include "daemon/store/session_settings.hpp"
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
    const auto state = state_of(error);
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
    explicit Impl(std::string address) : conninfo(std::move(address)) { reopen(); }

    void reopen() {
        connection.reset();
        connection = std::make_unique<pqxx::connection>(conninfo);
        settle(*connection);
        if (longest_statement) {
            connection->set_variable("statement_timeout", std::to_string(longest_statement->count()));
        }
    }

    /// The connection, opened anew where it is known to be broken. libpqxx does so only while it sends a
    /// statement, and not where the break was noticed before.
    pqxx::connection& ready() {
        if (!connection || !connection->is_open()) {
            reopen();
        }
        return *connection;
    }

    /// A transaction begins as the connection's own role.
    void start() {
        bound.reset();
        unsure = false;
    }

    /// Makes the transaction speak for the tenant that is bound, unless it does already.
    void apply_binding(pqxx::work& work) {
        if (bound == tenant && !unsure) {
            return;
        }
        if (tenant) {
            work.exec(
                "SELECT set_config('role', 'navette_tenant', true), set_config('navette.tenant', " +
                work.quote(*tenant) + ", true)"
            );
        } else {
            work.exec("RESET ROLE");
            work.exec("SELECT set_config('navette.tenant', '', true)");
        }
        bound = tenant;
        unsure = false;
    }

    std::string conninfo;
    std::unique_ptr<pqxx::connection> connection;
    std::optional<std::chrono::milliseconds> longest_statement;
    std::optional<std::string> tenant;
    // What the transaction under way speaks for; unsure after a savepoint was rolled back, for that takes
    // settings back as well.
    std::optional<std::string> bound;
    bool unsure = false;
    pqxx::work* under_way = nullptr;
};

namespace {

/// A part of a transaction that can be taken back alone. pqxx::subtransaction begins only with exec(): what
/// runs by exec_params() would stand outside of it.
class Savepoint {
  public:
    explicit Savepoint(pqxx::work& work) : work_(work) { work_.exec("SAVEPOINT navette"); }
    ~Savepoint() {
        if (released_) {
            return;
        }
        try {
            work_.exec("ROLLBACK TO SAVEPOINT navette");
            work_.exec("RELEASE SAVEPOINT navette");
        } catch (const std::exception&) {
            released_ = true;  // the connection is gone, and the transaction with it; its commit says so
        }
    }
    Savepoint(const Savepoint&) = delete;
    Savepoint& operator=(const Savepoint&) = delete;

    void release() {
        work_.exec("RELEASE SAVEPOINT navette");
        released_ = true;
    }

  private:
    pqxx::work& work_;
    bool released_ = false;
};

}  // namespace

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
        return AdminSession(std::make_unique<Impl>(conninfo));
    } catch (const std::exception& error) {
        const std::string text = on_one_line(error.what());
        return core::failure(kind_of_refusal(text), "cannot connect to PostgreSQL: " + text);
    }
}

namespace {

/// What `work` returns, with PostgreSQL's exceptions as errors.
template <class T>
core::Result<T> guarded(const std::function<core::Result<T>()>& work) {
    try {
        return work();
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
    }
}

core::Result<Records> read_rows(const pqxx::result& rows) {
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
}

}  // namespace

core::Result<Records> AdminSession::query(
    const std::string& sql, const std::vector<std::optional<std::string>>& parameters
) {
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const auto& parameter : parameters) {
        if (parameter && parameter->find('\0') != std::string::npos) {
            return core::failure(
                core::ErrorKind::invalid, "a text holds the character NUL, which PostgreSQL cannot store"
            );
        }
        values.push_back(parameter ? parameter->c_str() : nullptr);
    }
    const auto run = [&](pqxx::work& work) {
        impl_->apply_binding(work);
        return work.exec_params(sql, pqxx::prepare::make_dynamic_params(values));
    };
    try {
        return guarded<Records>([&] {
            if (impl_->under_way != nullptr) {
                // Before the savepoint: the binding outlives a statement that fails.
                impl_->apply_binding(*impl_->under_way);
                Savepoint part(*impl_->under_way);
                const auto rows = run(*impl_->under_way);
                part.release();
                return read_rows(rows);
            }
            pqxx::work work(impl_->ready());
            impl_->start();
            const auto rows = run(work);
            work.commit();
            return read_rows(rows);
        });
    } catch (const std::exception& error) {
        return core::failure(core::ErrorKind::internal, on_one_line(error.what()));
    }
}

core::Result<void> AdminSession::transaction(const std::function<core::Result<void>()>& work) {
    // What `work` throws is not the database's unless it comes from pqxx: it goes on to who called.
    return guarded<void>([&]() -> core::Result<void> {
        if (impl_->under_way != nullptr) {
            return part_of_transaction(work);
        }
        pqxx::work whole(impl_->ready());
        impl_->start();
        struct UnderWay {
            UnderWay(Impl& session, pqxx::work& now) : impl(session) { impl.under_way = &now; }
            ~UnderWay() { impl.under_way = nullptr; }
            UnderWay(const UnderWay&) = delete;
            UnderWay& operator=(const UnderWay&) = delete;
            Impl& impl;
        };
        core::Result<void> done;
        {
            const UnderWay under_way(*impl_, whole);
            done = work();
        }
        if (!done) {
            return done;
        }
        try {
            whole.commit();
        } catch (const pqxx::usage_error&) {
            return core::failure(
                core::ErrorKind::unavailable,
                "the transaction was ended by PostgreSQL before it was committed; nothing took effect"
            );
        }
        return {};
    });
}

core::Result<void> AdminSession::part_of_transaction(const std::function<core::Result<void>()>& work) {
    struct Doubt {
        explicit Doubt(Impl& session) : impl(session) {}
        ~Doubt() { impl.unsure = true; }
        Doubt(const Doubt&) = delete;
        Doubt& operator=(const Doubt&) = delete;
        Impl& impl;
    };
    const Doubt doubt(*impl_);
    Savepoint part(*impl_->under_way);
    auto done = work();
    if (done) {
        part.release();
    }
    return done;
}

void AdminSession::bind_tenant(std::optional<std::string> tenant) {
    impl_->tenant = std::move(tenant);
}

const std::optional<std::string>& AdminSession::tenant() const {
    return impl_->tenant;
}

void AdminSession::limit_statements(std::chrono::milliseconds longest) {
    impl_->longest_statement = longest;
    impl_->connection->set_variable("statement_timeout", std::to_string(longest.count()));
}

core::Result<void> AdminSession::refresh() {
    return guarded<void>([&]() -> core::Result<void> {
        try {
            // Reads what has come in: the first may be the server's farewell, the second that it hung up.
            impl_->ready().get_notifs();
            impl_->connection->get_notifs();
        } catch (const pqxx::broken_connection&) {
            impl_->reopen();
        }
        return {};
    });
}

Unbound::Unbound(AdminSession& session) : session_(session), tenant_(session.tenant()) {
    session_.bind_tenant(std::nullopt);
}

Unbound::~Unbound() {
    session_.bind_tenant(std::move(tenant_));
}

}  // namespace navette::store
