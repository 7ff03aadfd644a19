#include "daemon/http/api_queue.hpp"

#include "daemon/core/pace.hpp"
#include "daemon/engine/explain.hpp"
#include "daemon/http/body_reader.hpp"
#include "daemon/http/idempotency.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_integrations.hpp"
#include "daemon/store/admin_queue.hpp"

#include <boost/json/array.hpp>

#include <charconv>

namespace navette::http {

namespace json = boost::json;

namespace {

json::array array_of(const store::Records& records) {
    return json::array(records.begin(), records.end());
}

/// The job that a request names, and the tenant to whom it must belong; none: any.
struct JobName {
    std::int64_t id = 0;
    std::optional<std::string> tenant;
};

/// Reads the query string too, which may name the tenant.
std::expected<JobName, Response> job_of(const Request& request) {
    QueryReader query(request);
    JobName job;
    job.tenant = query.tenant();
    if (auto mistake = query.mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    const auto& text = request.parameter("job");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), job.id);
    if (error != std::errc() || end != text.data() + text.size() || job.id < 1) {
        return std::unexpected(problem(404, "there is no job " + text));
    }
    return job;
}

Response no_unfinished_job(const Request& request) {
    return problem(
        404,
        "there is no unfinished job " + request.parameter("job") + "; GET /api/v1/queue/" +
            request.parameter("job") + " tells whether there was one"
    );
}

// ---------------------------------------------------------------------------------------------- lists

constexpr const char* kQueue = "queue";
constexpr const char* kDeadLetters = "dead-letters";

store::JobFilter read_filter(QueryReader& query) {
    store::JobFilter filter;
    filter.tenant = query.tenant();
    filter.integration = query.text("integration");
    filter.event = query.text("event_type");
    filter.entity_type = query.text("entity_type");
    filter.entity = query.text("entity");
    filter.outcome = query.text("outcome");
    filter.error = query.text("error");
    filter.since = query.past("since");
    filter.until = query.past("until");
    if (const auto priority = query.number("priority", 1, 10)) {
        filter.priority = static_cast<int>(*priority);
    }
    return filter;
}

Response list(
    store::AdminSession& session, const Request& request, const char* listing, store::JobFilter filter
) {
    const auto page = read_page(request, listing, {KeyPart::number});
    if (!page) {
        return page.error();
    }
    const std::int64_t after = page->after.empty() ? 0 : std::stoll(page->after.front());
    auto jobs = store::list_queue(session, filter, after, page->fetch());
    if (!jobs) {
        return problem(jobs.error());
    }
    return page_response(std::move(*jobs), *page, listing, [](const store::Record& job) {
        return std::vector<std::string>{std::to_string(job.at("id").as_int64())};
    });
}

Response list_jobs(store::AdminSession& session, const Request& request) {
    QueryReader query(request);
    auto filter = read_filter(query);
    filter.status = query.choice("status", {"pending", "processing", "failed", "waiting"});
    query.leave_page();
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    return list(session, request, kQueue, std::move(filter));
}

Response list_dead_letters(store::AdminSession& session, const Request& request) {
    QueryReader query(request);
    auto filter = read_filter(query);
    filter.status = "failed";
    query.leave_page();
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    return list(session, request, kDeadLetters, std::move(filter));
}

// ---------------------------------------------------------------------------------------------- one job

Response show(store::AdminSession& session, const Request& request) {
    const auto name = job_of(request);
    if (!name) {
        return name.error();
    }
    const auto story = store::find_job_story(session, name->id, name->tenant);
    if (!story) {
        return problem(story.error());
    }
    return json_response(
        200,
        json::object{
            {"job", story->job ? json::value(*story->job) : json::value()},
            {"logs", array_of(story->logs)},
            {"links", array_of(story->links)}
        }
    );
}

/// How the job stands, and what holds its integration back.
json::array standing_of(const store::Record& job, const store::Record& integration) {
    json::array standing;
    const auto status = store::text_of(job, "status");
    if (status == "failed") {
        standing.emplace_back(
            "it is a dead letter (" + store::text_of(job, "last_error") + "); if it is retried:"
        );
    } else if (status == "processing") {
        standing.emplace_back("it is just being sent");
    } else if (status == "waiting") {
        standing.emplace_back("it waits for " + store::text_of(job, "waits_for"));
    }
    if (!integration.at("enabled").as_bool()) {
        standing.emplace_back("the integration is disabled: its jobs wait until it is enabled");
    }
    if (const auto state = store::text_of(integration, "state"); state != "active") {
        const auto reason = store::text_of(integration, "state_reason");
        standing.emplace_back(
            "the integration is held: " + state + (reason.empty() ? "" : " (" + reason + ")")
        );
    }
    return standing;
}

Response explain(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    const auto name = job_of(request);
    if (!name) {
        return name.error();
    }
    const auto job = store::find_job(session, name->id, name->tenant);
    if (!job) {
        return problem(job.error());
    }
    if (!*job) {
        return no_unfinished_job(request);
    }
    const auto known = [&] {
        // The sealed secrets are the daemon's alone; the job that was just found names the tenant.
        const store::Unbound unbound(session);
        return store::find_integration(
            session, store::text_of(**job, "integration_id"), store::text_of(**job, "tenant_id")
        );
    }();
    if (!known) {
        return problem(known.error());
    }
    auto integration =
        engine::Integration::assemble(known->row, *configuration.inventory, configuration.vault);
    if (!integration) {
        return problem(409, "the job cannot run at present: " + integration.error().message);
    }
    const auto title = (*integration)->title();
    const auto told = engine::explain_waiting(
        configuration.settings.database.url, std::move(*integration), store::queued_job(**job)
    );
    if (!told) {
        return problem(told.error());
    }
    auto answer = engine::to_json(*told);
    answer["job_id"] = name->id;
    answer["integration"] = title;
    answer["standing"] = standing_of(**job, known->record);
    return json_response(200, answer);
}

/// What a change of one job answers where it touched nothing.
Response untouched(store::AdminSession& session, const Request& request, const JobName& name) {
    const auto job = store::find_job(session, name.id, name.tenant);
    if (!job) {
        return problem(job.error());
    }
    return *job ? problem(
                      409,
                      "job " + std::to_string(name.id) +
                          " is just being sent; try again when its attempt is over"
                  )
                : no_unfinished_job(request);
}

Response retry(store::AdminSession& session, const Request& request) {
    const auto name = job_of(request);
    if (!name) {
        return name.error();
    }
    const auto revived = store::retry_jobs(session, {name->id}, name->tenant, std::chrono::microseconds(0));
    if (!revived) {
        return problem(revived.error());
    }
    if (revived->empty()) {
        return untouched(session, request, *name);
    }
    const auto job = store::find_job(session, name->id, name->tenant);
    if (!job) {
        return problem(job.error());
    }
    return json_response(
        200,
        json::object{{"job", *job ? json::value(**job) : json::value()}, {"integrations", array_of(*revived)}}
    );
}

Response cancel(store::AdminSession& session, const Request& request) {
    const auto name = job_of(request);
    if (!name) {
        return name.error();
    }
    const auto cancelled = store::cancel_jobs(session, {name->id}, name->tenant);
    if (!cancelled) {
        return problem(cancelled.error());
    }
    if (cancelled->empty()) {
        return untouched(session, request, *name);
    }
    return json_response(200, json::object{{"job", cancelled->front()}});
}

// ---------------------------------------------------------------------------------------------- many jobs

Response retry_many(store::AdminSession& session, const Request& request) {
    auto body = BodyReader::read(request, true);
    if (!body) {
        return body.error();
    }
    store::JobFilter filter;
    filter.tenant = body->tenant(request, true);
    filter.integration = body->text("integration_id");
    filter.event = body->text("event_type");
    filter.entity_type = body->text("entity_type");
    filter.entity = body->text("entity_id");
    filter.outcome = body->text("outcome");
    filter.error = body->text("error");
    filter.since = body->past("since");
    filter.until = body->past("until");
    if (const auto priority = body->number("priority", 1, 10)) {
        filter.priority = static_cast<int>(*priority);
    }
    std::chrono::microseconds gap(0);
    if (const auto rate = body->text("rate")) {
        const auto pace = core::parse_pace(*rate);
        if (!pace) {
            body->complain("rate", "'" + *rate + "' is no rate, expected one such as 5/s, 100/m or 1000/h");
        }
        gap = pace.value_or(gap);
    }
    if (!filter.tenant && !filter.integration) {
        body->complain("tenant_id", "say whose dead letters: tenant_id or integration_id");
    }
    if (auto mistake = body->mistake()) {
        return std::move(*mistake);
    }
    const auto revived = store::retry_dead_letters(session, filter, gap);
    if (!revived) {
        return problem(revived.error());
    }
    std::int64_t jobs = 0;
    std::string until;
    for (const auto& one : *revived) {
        jobs += one.at("jobs").as_int64();
        until = std::max(until, store::text_of(one, "until"));
    }
    return json_response(
        200,
        json::object{
            {"jobs", jobs},
            {"until", until.empty() ? json::value() : json::value(until)},
            {"integrations", array_of(*revived)}
        }
    );
}

Response enqueue(store::AdminSession& session, const Request& request) {
    auto body = BodyReader::read(request);
    if (!body) {
        return body.error();
    }
    store::NewJob job;
    job.origin = "api";
    job.tenant = body->tenant(request).value_or("");
    job.event_type = body->required("event_type");
    job.entity_type = body->required("entity_type");
    job.entity_id = body->required("entity_id");
    // PostgreSQL takes the record out of the body's own text.
    body->object("data");
    job.data = request.body;
    job.data_path = {"data"};
    job.priority = static_cast<int>(body->number("priority", 1, 10).value_or(job.priority));
    job.run_at = body->future("run_at");
    job.integration = body->text("integration_id");
    job.operation =
        body->choice("operation", {"upsert", "create", "update", "delete"}).value_or(job.operation);
    if (auto mistake = body->mistake()) {
        return std::move(*mistake);
    }
    const auto ids = store::enqueue(session, job);
    if (!ids) {
        // What can be wrong by now is a record that jsonb does not hold, or an integration that is not there.
        const bool of_integration = ids.error().message.find("has no integration") != std::string::npos;
        return ids.error().kind == core::ErrorKind::invalid
                   ? problem(422, ids.error().message, of_integration ? "integration_id" : "data")
                   : problem(ids.error());
    }
    json::object answer{{"job_ids", json::array(ids->begin(), ids->end())}};
    if (ids->empty()) {
        answer["remark"] = "no enabled integration of the tenant takes " + job.event_type +
                           ": nothing is to be done, and nothing was kept";
    }
    return json_response(202, answer);
}

}  // namespace

void add_queue_routes(Router& router, DatabaseDesk& desk, CurrentConfiguration configuration) {
    const auto changing = [&](Operation operation) { return desk.handler(idempotent(std::move(operation))); };
    router.add({"GET", "/api/v1/queue", Access::read, desk.handler(list_jobs)});
    router.add({"POST", "/api/v1/queue", Access::write, changing(enqueue)});
    router.add({"POST", "/api/v1/queue/retry", Access::write, changing(retry_many)});
    router.add({"GET", "/api/v1/queue/{job}", Access::read, desk.handler(show)});
    router.add(
        {"GET",
         "/api/v1/queue/{job}/explain",
         Access::read,
         configured_handler(desk, std::move(configuration), explain)}
    );
    router.add({"POST", "/api/v1/queue/{job}/retry", Access::write, changing(retry)});
    router.add({"POST", "/api/v1/queue/{job}/cancel", Access::write, changing(cancel)});
    router.add({"GET", "/api/v1/dead-letters", Access::read, desk.handler(list_dead_letters)});
}

}  // namespace navette::http
