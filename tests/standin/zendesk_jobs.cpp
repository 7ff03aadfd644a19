#include "tests/standin/zendesk_jobs.hpp"

#include "tests/standin/zendesk_listing.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::size_t kLargest = 100;

std::string words_of(const std::vector<ZendeskFault>& faults) {
    std::string words;
    for (const auto& fault : faults) {
        words += (words.empty() ? "" : ", ") + fault.description;
    }
    return words;
}

/// A row of an update job.
json::object updated(std::int64_t id, const std::vector<ZendeskFault>& faults) {
    json::object row{{"id", id}, {"action", "update"}};
    row["success"] = faults.empty();
    row["status"] = faults.empty() ? "Updated" : "Failed";
    if (!faults.empty()) {
        row["error"] = faults.front().error == "RecordNotFound" ? "RecordNotFound" : "UpdateError";
        row["details"] = words_of(faults);
    }
    return row;
}

std::int64_t id_of(const json::object& record) {
    const auto* id = record.if_contains("id");
    return id != nullptr && id->is_int64() ? id->get_int64() : 0;
}

const std::vector<ZendeskFault> kNotFound{{"base", "Record not found", "RecordNotFound"}};

}  // namespace

json::object ZendeskJobs::upserted_user(const json::object& user, std::size_t index) {
    const auto result = users_.create_or_update(user);
    if (!result) {
        // The id of a row that failed is its place in the request, not a user.
        return {
            {"id", index},
            {"status", "Failed"},
            {"error", "UserUpdateError"},
            {"details", words_of(result.error())}
        };
    }
    return {
        {"id", std::stoll(result->row->id)},
        {"status", result->created ? "Created" : "Updated"},
        {"email", users_.shown(*result->row).at("email")}
    };
}

json::object ZendeskJobs::updated_user(const json::object& user) {
    auto* row = account_.users.find(std::to_string(id_of(user)));
    if (row == nullptr) {
        return updated(id_of(user), kNotFound);
    }
    const auto result = users_.update(*row, user);
    return updated(id_of(user), result ? std::vector<ZendeskFault>() : result.error());
}

json::object ZendeskJobs::created_organization(const json::object& organization, std::size_t index) {
    const auto result = organizations_.create(organization);
    if (!result) {
        return {
            {"index", index},
            {"status", "Failed"},
            {"error", "OrganizationCreateError"},
            {"details", words_of(result.error())}
        };
    }
    return {{"id", std::stoll(result->row->id)}, {"index", index}};
}

json::object ZendeskJobs::updated_organization(const json::object& organization) {
    auto* row = account_.organizations.find(std::to_string(id_of(organization)));
    if (row == nullptr) {
        return updated(id_of(organization), kNotFound);
    }
    const auto result = organizations_.update(*row, organization);
    return updated(id_of(organization), result ? std::vector<ZendeskFault>() : result.error());
}

json::object ZendeskJobs::status_of(const Job& job) const {
    const bool ended = job.done && job.seen;
    const bool completed = ended && end_ == "completed";
    return {
        {"id", job.id},
        {"job_type", "Bulk"},
        {"url", "/api/v2/job_statuses/" + job.id},
        {"status", ended ? std::string_view(end_) : (job.seen ? "working" : "queued")},
        {"total", job.records.size()},
        {"progress", job.done ? json::value(job.records.size()) : json::value()},
        {"message", completed ? json::value("Completed") : json::value()},
        {"results", completed ? json::value(job.results) : json::value()}
    };
}

Response ZendeskJobs::queue(const ZendeskCall& call, const char* plural, RowWork work) {
    const auto* body = call.body.if_object();
    const auto* records = body == nullptr ? nullptr : body->if_contains(plural);
    if (records == nullptr || !records->is_array() || records->get_array().empty()) {
        return zendesk_error(400, "ParameterMissing", std::string("Required parameter missing: ") + plural);
    }
    if (records->get_array().size() > kLargest) {
        return zendesk_error(400, "TooManyValues", "Cannot process more than 100 records at once");
    }
    const auto open = std::ranges::count_if(jobs_, [](const Job& job) { return !job.done; });
    if (open >= account_.options.number("max_jobs", 30)) {
        json::array ids;
        for (const auto& job : jobs_) {
            if (!job.done) {
                ids.push_back(json::value(job.id));
            }
        }
        return zendesk_json(
            429,
            json::object{
                {"error", "TooManyJobs"},
                {"description", "There are too many jobs queued or running. Try again later."},
                {"current_job_ids", std::move(ids)}
            }
        );
    }
    auto& job = jobs_.emplace_back();
    job.id = sdk::fingerprint("job " + std::to_string(++last_));
    job.due = Clock::now() + std::chrono::milliseconds(account_.options.number("job_ms", 0));
    job.records = records->get_array();
    job.work = std::move(work);
    auto response = zendesk_record(200, "job_status", status_of(job));
    response.headers.emplace_back(
        "zendesk-ratelimit-inflight-jobs", "total=30; remaining=" + std::to_string(29 - open) + "; resets=1"
    );
    run_due();
    return response;
}

void ZendeskJobs::run_due() {
    for (auto& job : jobs_) {
        if (job.done || Clock::now() < job.due) {
            continue;
        }
        for (std::size_t index = 0; index < job.records.size() && end_ == "completed"; ++index) {
            const auto* record = job.records[index].if_object();
            job.results.push_back(
                record == nullptr ? json::object{{"id", index}, {"status", "Failed"}, {"error", "BadRecord"}}
                                  : job.work(*record, index)
            );
        }
        job.done = true;
    }
}

std::optional<Response> ZendeskJobs::answer(const ZendeskCall& call) {
    if (call.path.front() == "job_statuses") {
        json::array all;
        for (auto& job : jobs_) {
            if (call.path.size() == 2 && job.id != call.path[1]) {
                continue;
            }
            job.seen = true;
            if (call.is("GET", 2)) {
                return zendesk_record(200, "job_status", status_of(job));
            }
            all.push_back(status_of(job));
        }
        return call.is("GET", 1) ? zendesk_page(call, "job_statuses", std::move(all)) : zendesk_not_found();
    }
    const bool of_users = call.path.front() == "users";
    if (call.path.size() != 2 || (!of_users && call.path.front() != "organizations")) {
        return std::nullopt;
    }
    const auto& what = call.path[1];
    if (of_users && call.method == "POST" && what == "create_or_update_many") {
        if (!account_.options.flag("bulk", true)) {
            return zendesk_titled_error(
                403, "Forbidden", "You do not have access to this page. Please contact the account owner"
            );
        }
        return queue(call, "users", [this](const json::object& user, std::size_t index) {
            return upserted_user(user, index);
        });
    }
    if (call.method == "PUT" && what == "update_many") {
        return of_users ? queue(
                              call,
                              "users",
                              [this](const json::object& user, std::size_t) { return updated_user(user); }
                          )
                        : queue(call, "organizations", [this](const json::object& one, std::size_t) {
                              return updated_organization(one);
                          });
    }
    if (!of_users && call.method == "POST" && what == "create_many") {
        return queue(call, "organizations", [this](const json::object& one, std::size_t index) {
            return created_organization(one, index);
        });
    }
    return std::nullopt;
}

}  // namespace navette::standin
