#include "bulk_run.hpp"

#include "bulk_file.hpp"
#include "bulk_state.hpp"
#include "bulk_upload.hpp"
#include "documents.hpp"

#include <navette/sdk/failure.hpp>
#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace navette::shopify {

namespace {

using sdk::HttpRequest;
using sdk::OutcomeKind;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kFirstLook = 1s;
constexpr milliseconds kLongestPause = 8s;
// The call holds one of the daemon's places meanwhile.
constexpr milliseconds kPatience = 3min;
// For the end of one that was cancelled.
constexpr milliseconds kEndPatience = 30s;
// A lost request may still be on its way to Shopify's queue of operations.
constexpr milliseconds kLostWait = 2s;
// So long no other run is tried after one that was refused for good reason, or for others that run now.
constexpr std::chrono::seconds kOffFor = 10min;
constexpr std::chrono::seconds kBusyFor = 1min;
constexpr std::string_view kOffUntil = "bulk_off_until";

std::string remembered_as(std::string_view what, const BulkMutation& mutation) {
    return std::string(what) + "_" + std::string(mutation.object);
}

std::int64_t seconds_of(sdk::Instant moment) {
    return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

void leave_alone(Session& session, std::chrono::seconds time) {
    session.remember(kOffUntil, seconds_of(session.now()) + time.count());
}

BulkEnd declined(Session& session, Outcome why, std::chrono::seconds off_for = kOffFor) {
    why.maybe_applied = false;
    if (!is_of_account(why)) {
        session.remark("no bulk operation: " + why.message);
        leave_alone(session, off_for);
    }
    return {BulkEnd::Kind::declined, std::move(why), std::nullopt};
}

/// The state in which it ended; else why that is not known.
Task<std::expected<BulkState, Outcome>> wait_for(Session& session, std::string id, milliseconds patience) {
    auto why = Outcome::retry("Shopify's bulk operation was not over in time");
    auto pause = kFirstLook;
    for (auto waited = 0ms; waited < patience; waited += pause, pause = std::min(pause * 2, kLongestPause)) {
        co_await session.wait(pause);
        auto seen = co_await look_at(session, id);
        if (seen && is_over(seen->status)) {
            co_return std::move(*seen);
        }
        if (!seen) {
            why = seen.error();
            if (why.kind == OutcomeKind::needs_reauth || why.kind == OutcomeKind::misconfigured ||
                why.kind == OutcomeKind::rejected) {
                break;
            }
        }
    }
    co_return std::unexpected(std::move(why));
}

Task<std::expected<BulkState, Outcome>> cancel(Session& session, std::string id) {
    // Whether it was taken shows in the state; one that is over cannot be cancelled.
    co_await query(session, documents::kCancelBulk, {{"id", id}});
    co_return co_await wait_for(session, id, kEndPatience);
}

Task<std::optional<std::string>> download(Session& session, std::string id, BulkState state) {
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (attempt > 0) {
            co_await session.wait(kFirstLook);
            const auto again = co_await look_at(session, id);  // with an address that is signed anew
            if (again) {
                state.url = again->url;
            }
        }
        const auto address = address_of(state.url);
        if (!address) {
            co_return std::nullopt;
        }
        const auto answer = co_await session.send(HttpRequest::get(address->path).at(address->origin));
        if (answer && answer->status == 200) {
            co_return answer->body;
        }
        session.remark(
            "the results of Shopify's bulk operation cannot be read: " +
            (answer ? "HTTP " + std::to_string(answer->status) : answer.error().message)
        );
        if (!answer && answer.error().kind == sdk::TransportFailure::Kind::refused) {
            break;
        }
    }
    co_return std::nullopt;
}

/// The operation's id; else how the request ended.
Task<std::expected<std::string, BulkEnd>> begin(
    Session& session, BulkMutation mutation, std::string path, std::string client
) {
    json::object variables{{"path", path}, {"client", client}};
    variables["mutation"] = mutation.document;
    const auto data = co_await query(session, documents::kRunBulk, std::move(variables));
    if (!data) {
        if (!data.error().maybe_applied) {
            co_return std::unexpected(declined(session, data.error()));
        }
        co_await session.wait(kLostWait);
        auto still = co_await end_earlier_bulk(session, mutation);
        session.remark("the answer to a bulk operation was lost: " + data.error().message);
        leave_alone(session, kBusyFor);
        co_return std::unexpected(
            still ? BulkEnd{BulkEnd::Kind::open, std::move(*still), std::nullopt}
                  : BulkEnd{BulkEnd::Kind::over, data.error(), std::nullopt}
        );
    }
    const auto refused = user_error_of(*data, "bulkOperationRunMutation");
    const auto* payload = sdk::object_at(*data, "bulkOperationRunMutation");
    const auto* operation = payload == nullptr ? nullptr : sdk::object_at(*payload, "bulkOperation");
    auto id = operation == nullptr ? std::string() : sdk::text_at(*operation, "id");
    if (id.empty()) {
        const bool is_busy = refused.code == "OPERATION_IN_PROGRESS" || refused.code == "LIMIT_REACHED";
        auto why = Outcome::retry(
            "Shopify: " + (refused.words.empty() ? std::string("no word of why") : refused.words) +
            (refused.code.empty() ? "" : " (" + refused.code + ")")
        );
        co_return std::unexpected(declined(session, std::move(why), is_busy ? kBusyFor : kOffFor));
    }
    co_return id;
}

}  // namespace

bool takes_bulk(const Session& session) {
    const auto until = sdk::to_integer(session.recall(kOffUntil));
    return !until || seconds_of(session.now()) >= *until;
}

Task<BulkEnd> run_bulk(Session& session, BulkMutation mutation, std::string lines) {
    const auto target = co_await stage(session);
    if (!target) {
        co_return declined(session, target.error());
    }
    const auto client =
        "navette-" + sdk::fingerprint(lines + std::to_string(seconds_of(session.now()))).substr(0, 32);
    if (auto problem = co_await upload(session, *target, std::move(lines))) {
        co_return declined(session, std::move(*problem));
    }
    // Whatever becomes of this call, the next attempt is to look before it writes, unless this one is over.
    const auto is_quiet = remembered_as("bulk_quiet", mutation);
    const auto before = session.recall(is_quiet);
    session.remember(is_quiet, nullptr);
    auto begun = co_await begin(session, mutation, target->path, client);
    if (!begun) {
        if (begun.error().kind == BulkEnd::Kind::declined) {
            session.remember(is_quiet, before);
        }
        co_return std::move(begun.error());
    }
    const auto in_hand = remembered_as("bulk_in_hand", mutation);
    session.remember(in_hand, json::value(*begun));
    auto end = co_await wait_for(session, *begun, kPatience);
    if (!end) {
        session.remark(end.error().message + ": the bulk operation is cancelled");
        end = co_await cancel(session, *begun);
    }
    session.remember(in_hand, nullptr);
    if (!end) {
        session.remember(is_quiet, nullptr);  // whatever another call has found in between
        leave_alone(session, kOffFor);
        co_return BulkEnd{BulkEnd::Kind::open, Outcome(end.error()).after_unknown_effect(), std::nullopt};
    }
    session.remember(is_quiet, before);
    if (end->status != "COMPLETED") {
        session.remark(
            "Shopify's bulk operation ended as " + end->status + (end->error.empty() ? "" : ": " + end->error)
        );
        leave_alone(session, kOffFor);
    }
    auto results = co_await download(session, *begun, std::move(*end));
    if (!results) {
        leave_alone(session, kOffFor);
    }
    co_return BulkEnd{BulkEnd::Kind::over, Outcome(), std::move(results)};
}

Task<std::optional<Outcome>> end_earlier_bulk(Session& session, BulkMutation mutation) {
    const auto is_quiet = remembered_as("bulk_quiet", mutation);
    if (session.recall(is_quiet).is_bool()) {
        co_return std::nullopt;
    }
    const auto data = co_await query(session, documents::kListBulk, {});
    if (!data && data.error().kind != OutcomeKind::rejected) {
        co_return data.error();
    }
    if (!data) {  // an API that knows no such list runs none of ours
        session.remark("running bulk operations cannot be listed: " + data.error().message);
        session.remember(is_quiet, true);
        co_return std::nullopt;
    }
    const auto* list = sdk::object_at(*data, "bulkOperations");
    const auto* nodes = list == nullptr ? nullptr : sdk::array_at(*list, "nodes");
    const auto own = session.recall(remembered_as("bulk_in_hand", mutation));
    for (const auto& node : nodes == nullptr ? json::array() : *nodes) {
        const auto* operation = node.if_object();
        const auto id = operation == nullptr ? std::string() : sdk::text_at(*operation, "id");
        // A search finds more than it was asked for.
        if (id.empty() || is_over(sdk::text_at(*operation, "status")) || own == json::value(id) ||
            sdk::text_at(*operation, "query").find(mutation.payload) == std::string::npos) {
            continue;
        }
        session.remark("an earlier bulk operation is cancelled: " + id);
        if (const auto ended = co_await cancel(session, id); !ended) {
            auto waits = Outcome::retry("an earlier bulk operation is still at work in the shop");
            waits.retry_after = kEndPatience;
            co_return std::move(waits).after_unknown_effect();
        }
    }
    session.remember(is_quiet, true);
    co_return std::nullopt;
}

}  // namespace navette::shopify
