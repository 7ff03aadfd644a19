#include "bulk.hpp"

#include "call.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace navette::salesforce {

namespace {

using sdk::HttpRequest;
using sdk::Session;
using sdk::Task;
using namespace std::chrono_literals;

// Salesforce takes 150 MB as it encodes them itself.
constexpr std::size_t kLargest = 90U << 20U;
constexpr std::chrono::milliseconds kFirstLook = 1s;
// Looks are counted in the organisation's day: so many that a job stays cheaper than collections.
constexpr std::chrono::milliseconds kLongestPause = 30s;
// Salesforce works off ten thousand records in a minute or so, with triggers and flows in some; before that
// the job may stand in line behind others. A change of one of the records waits as long.
constexpr std::chrono::milliseconds kPatience = 10min;

/// Makes the job and gives it its rows; its path, empty where that failed.
Task<std::string> submit(Session& session, std::string type, std::string csv) {
    const auto& settings = session.settings();
    const auto jobs = data_path(settings, "/jobs/ingest");
    json::object wanted;
    wanted["object"] = type;
    wanted["operation"] = "upsert";
    wanted["externalIdFieldName"] = key_field(settings);
    wanted["contentType"] = "CSV";
    wanted["lineEnding"] = "LF";
    wanted["columnDelimiter"] = "COMMA";
    const auto made = co_await call(session, HttpRequest::post(jobs).with_json(wanted));
    const auto id = made.ok() ? sdk::text_at(made.body, "id") : std::string();
    if (id.empty()) {
        session.remark("Salesforce takes no bulk job: " + made.outcome.message);
        co_return std::string();
    }
    const auto job = jobs + "/" + sdk::path_segment(id);
    auto upload = HttpRequest::put(job + "/batches").with_header("Content-Type", "text/csv");
    upload.body = std::move(csv);
    const auto uploaded = co_await call(session, std::move(upload));
    if (uploaded.ok()) {
        const auto closed = co_await call(
            session, HttpRequest::patch(job).with_json(json::object{{"state", "UploadComplete"}})
        );
        if (closed.ok()) {
            co_return job;
        }
        session.remark("Salesforce's bulk job could not be closed: " + closed.outcome.message);
        co_return job;  // it may be closed all the same
    }
    session.remark("Salesforce takes no rows of a bulk job: " + uploaded.outcome.message);
    co_await call(session, HttpRequest::patch(job).with_json(json::object{{"state", "Aborted"}}));
    co_return std::string();
}

/// Whether the job came to its end, in time or by being aborted.
Task<bool> wait_for(Session& session, std::string job) {
    auto pause = kFirstLook;
    for (auto waited = 0ms; waited < kPatience; waited += pause, pause = std::min(pause * 2, kLongestPause)) {
        co_await session.wait(pause);
        const auto seen = co_await call(session, HttpRequest::get(job));
        const auto state = seen.ok() ? sdk::text_at(seen.body, "state") : std::string();
        if (state == "JobComplete" || state == "Failed" || state == "Aborted") {
            co_return true;
        }
    }
    const auto aborted =
        co_await call(session, HttpRequest::patch(job).with_json(json::object{{"state", "Aborted"}}));
    session.remark(
        "Salesforce's bulk job was not done in time and is given up" +
        (aborted.ok() ? std::string() : ": " + aborted.outcome.message)
    );
    // One that was done just now cannot be aborted any more.
    co_return aborted.ok() || aborted.outcome.kind == sdk::OutcomeKind::rejected;
}

}  // namespace

Task<BulkResult> upsert_in_bulk(Session& session, const Object* object, std::vector<json::object> records) {
    for (auto& record : records) {
        record.erase("attributes");
    }
    auto csv = csv_of(records);
    BulkResult result;
    if (csv.size() > kLargest) {
        co_return result;
    }
    const auto job = co_await submit(session, std::string(object->type), std::move(csv));
    if (job.empty()) {
        co_return result;
    }
    if (!co_await wait_for(session, job)) {
        result.is_open = true;
        co_return result;
    }
    const auto results = co_await call_for_text(session, HttpRequest::get(job + "/successfulResults"));
    if (!results) {
        session.remark("the results of Salesforce's bulk job cannot be read: " + results.error().message);
        co_return result;
    }
    result.ids = columns_of(*results, key_field(session.settings()), "sf__Id");
    std::erase_if(result.ids, [](const auto& pair) { return pair.second.empty(); });
    co_return result;
}

}  // namespace navette::salesforce
