#include "daemon/http/idempotency.hpp"

#include "daemon/secrets/token.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <stdexcept>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestKey = 255;

// The lock ends with the transaction, after what it wrote can be seen.
constexpr const char* kLock = R"sql(
SELECT json_build_object('free', pg_try_advisory_xact_lock(hashtextextended('navette.api:' || $1 || ':' || $2 || ':' || $3, 0)))
)sql";

constexpr const char* kStored = R"sql(
SELECT json_build_object('request_hash', request_hash, 'status', status, 'headers', headers, 'body', body)
FROM navette.api_idempotency
WHERE tenant_id = $1 AND token_id = $2 AND key = $3 AND created_at > now() - interval '24 hours'
)sql";

// What stands there already is past its time.
constexpr const char* kStore = R"sql(
INSERT INTO navette.api_idempotency AS i (tenant_id, token_id, key, request_hash, status, headers, body)
VALUES ($1, $2, $3, $4, $5::smallint, $6::jsonb, $7)
ON CONFLICT (tenant_id, token_id, key) DO UPDATE
SET request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers, body = excluded.body, created_at = now()
RETURNING json_build_object('status', i.status)
)sql";

/// Rolls back and hands the answer on.
std::unexpected<core::Error> roll_back() {
    return core::failure(core::ErrorKind::internal, "rolled back");
}

bool is_key(std::string_view key) {
    return key.size() <= kLongestKey &&
           std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
}

Response replayed(const store::Record& stored) {
    Response answer;
    answer.status = static_cast<int>(stored.at("status").as_int64());
    for (const auto& header : stored.at("headers").as_array()) {
        answer.headers.push_back(
            {std::string(header.at(0).as_string()), std::string(header.at(1).as_string())}
        );
    }
    answer.body = store::text_of(stored, "body");
    return std::move(answer).with_header("Idempotent-Replayed", "true");
}

std::string headers_text(const Response& answer) {
    json::array headers;
    for (const auto& header : answer.headers) {
        headers.push_back(json::array{header.name, header.value});
    }
    return json::serialize(headers);
}

/// One request with a key, inside its transaction.
class KeyedRequest {
  public:
    KeyedRequest(store::AdminSession& session, const Request& request)
        : session_(session),
          key_{
              request.caller->tenant, request.caller->token_id, std::string(request.header("Idempotency-Key"))
          },
          hash_(secrets::digest(request.method + "\n" + request.target + "\n" + request.body)) {}

    /// The answer where the operation is not to run: a repetition, another request of the same key, or one
    /// that is under way.
    core::Result<std::optional<Response>> settled() {
        const auto lock = session_.query(kLock, key_);
        if (!lock) {
            return std::unexpected(lock.error());
        }
        if (!lock->front().at("free").as_bool()) {
            return problem(
                       409,
                       "a request with this Idempotency-Key is being carried out; repeat it in a moment to "
                       "get its "
                       "answer",
                       "Idempotency-Key"
            )
                .with_header("Retry-After", "1");
        }
        const auto stored = session_.query(kStored, key_);
        if (!stored) {
            return std::unexpected(stored.error());
        }
        if (stored->empty()) {
            return std::nullopt;
        }
        if (store::text_of(stored->front(), "request_hash") != hash_) {
            return problem(
                422,
                "this Idempotency-Key was used for another request in the last 24 hours; take a fresh one",
                "Idempotency-Key"
            );
        }
        return replayed(stored->front());
    }

    core::Result<void> store(const Response& answer) {
        auto parameters = key_;
        parameters.emplace_back(hash_);
        parameters.emplace_back(std::to_string(answer.status));
        parameters.emplace_back(headers_text(answer));
        parameters.emplace_back(answer.body);
        if (const auto written = session_.query(kStore, parameters); !written) {
            return std::unexpected(written.error());
        }
        return {};
    }

  private:
    store::AdminSession& session_;
    std::vector<std::optional<std::string>> key_;
    std::string hash_;
};

Response run_once(
    const Operation& operation, const Keep& keep, store::AdminSession& session, const Request& request
) {
    KeyedRequest keyed(session, request);
    std::optional<Response> answer;   // what the operation gave, where it took effect
    std::optional<Response> instead;  // an answer without effect: nothing is to be committed
    const auto committed = session.transaction([&]() -> core::Result<void> {
        auto settled = keyed.settled();
        if (!settled) {
            return std::unexpected(settled.error());
        }
        if (*settled) {
            instead = std::move(**settled);
            return roll_back();
        }
        auto made = operation(session, request);
        if (made.more) {
            throw std::logic_error("an operation with an Idempotency-Key must not stream its answer");
        }
        if (made.status >= 400) {
            instead = std::move(made);
            return roll_back();
        }
        auto stored = keyed.store(keep ? keep(made) : made);
        if (!stored) {
            return stored;
        }
        answer = std::move(made);
        return {};
    });
    if (instead) {
        return std::move(*instead);
    }
    if (!committed) {
        return problem(committed.error());
    }
    return std::move(*answer);
}

}  // namespace

Operation idempotent(Operation operation, Keep keep) {
    return [operation = std::move(operation),
            keep = std::move(keep)](store::AdminSession& session, const Request& request) -> Response {
        const auto key = request.header("Idempotency-Key");
        if (key.empty() || !request.caller) {
            return operation(session, request);
        }
        if (!is_key(key)) {
            return problem(
                400,
                "Idempotency-Key is 1 to 255 printable ASCII characters without blanks",
                "Idempotency-Key"
            );
        }
        return run_once(operation, keep, session, request);
    };
}

}  // namespace navette::http
