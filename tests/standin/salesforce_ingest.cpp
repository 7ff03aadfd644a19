#include "tests/standin/salesforce_ingest.hpp"

#include "tests/standin/salesforce_id.hpp"

#include <boost/json.hpp>

#include <ranges>

namespace navette::standin {

namespace json = boost::json;

namespace {

std::string text_of(const json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    const auto* member = object == nullptr ? nullptr : object->if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

json::object described(
    const std::string& id, const SalesforceObject& object, bool is_upsert, const std::string& state
) {
    json::object body;
    body["id"] = id;
    body["object"] = object.name;
    body["operation"] = is_upsert ? "upsert" : "insert";
    body["state"] = state;
    body["contentType"] = "CSV";
    body["apiVersion"] = 68.0;
    body["lineEnding"] = "LF";
    body["columnDelimiter"] = "COMMA";
    return body;
}

SalesforceAnswer invalid_state(const std::string& words) {
    return refused_call(400, {"INVALIDJOBSTATE", words});
}

SalesforceAnswer csv(std::string text) {
    SalesforceAnswer answer;
    answer.csv = std::move(text);
    return answer;
}

/// A row's values by their columns: empty ones are left alone, "#N/A" empties the field.
json::object fields_of(const CsvRow& heading, const CsvRow& row) {
    json::object fields;
    for (std::size_t at = 0; at < heading.size() && at < row.size(); ++at) {
        if (!row[at].empty()) {
            fields[heading[at]] = row[at] == "#N/A" ? json::value() : json::value(row[at]);
        }
    }
    return fields;
}

}  // namespace

SalesforceAnswer SalesforceIngest::answer(const SalesforceCall& call) {
    if (call.path.size() == 2) {
        return call.method == "POST" ? open(call) : wrong_method(call.method);
    }
    const auto found = jobs_.find(call.part(2));
    if (found == jobs_.end()) {
        return no_such_resource();
    }
    auto& job = found->second;
    const auto what = call.part(3);
    if (what == "batches" && call.method == "PUT") {
        return upload(job, call);
    }
    if (what.empty() && call.method == "PATCH") {
        return set_state(job, call);
    }
    if (what.empty() && call.method == "DELETE") {
        jobs_.erase(found);
        return answered_nothing();
    }
    if (call.method != "GET") {
        return wrong_method(call.method);
    }
    return what.empty() ? look(job) : results(job, what);
}

SalesforceAnswer SalesforceIngest::open(const SalesforceCall& call) {
    Job job;
    job.object = org_.schema().find(text_of(call.body, "object"));
    const auto operation = text_of(call.body, "operation");
    if (job.object == nullptr) {
        return refused_call(400, {"INVALIDENTITY", "Unable to find object: " + text_of(call.body, "object")});
    }
    if (operation != "upsert" && operation != "insert") {
        return refused_call(400, {"INVALIDJOB", "the stand-in knows insert and upsert only"});
    }
    job.is_upsert = operation == "upsert";
    const auto key = text_of(call.body, "externalIdFieldName");
    if (job.is_upsert && (job.object->key() == nullptr || job.object->key()->name != key)) {
        return refused_call(
            400, {"INVALIDJOB", "InvalidJob : Field name not found : " + key + " in " + job.object->name}
        );
    }
    job.id = make_salesforce_id("750", ++last_);
    job.state = "Open";
    auto body = described(job.id, *job.object, job.is_upsert, job.state);
    body["contentUrl"] = "services/data/v" + call.version + "/jobs/ingest/" + job.id + "/batches";
    jobs_[job.id] = std::move(job);
    return answered(200, std::move(body));
}

SalesforceAnswer SalesforceIngest::upload(Job& job, const SalesforceCall& call) {
    if (job.state != "Open" || !job.heading.empty()) {
        return invalid_state("the job is not open, or has its rows already");
    }
    auto rows = parse_csv(call.text);
    if (rows.empty()) {
        return refused_call(400, {"INVALIDBATCH", "the body holds no rows"});
    }
    job.heading = std::move(rows.front());
    job.rows.assign(std::make_move_iterator(rows.begin() + 1), std::make_move_iterator(rows.end()));
    SalesforceAnswer created = answered_nothing();
    created.status = 201;
    return created;
}

SalesforceAnswer SalesforceIngest::set_state(Job& job, const SalesforceCall& call) {
    const auto state = text_of(call.body, "state");
    const bool may_close = state == "UploadComplete" && job.state == "Open";
    const bool may_abort = state == "Aborted" && job.state != "JobComplete" && job.state != "Aborted";
    if (!may_close && !may_abort) {
        return invalid_state("the job is " + job.state + " and cannot become " + state);
    }
    job.state = state;
    return answered(200, described(job.id, *job.object, job.is_upsert, job.state));
}

SalesforceAnswer SalesforceIngest::look(Job& job) {
    if (job.state == "UploadComplete") {
        job.state = "InProgress";
    }
    if (job.state == "InProgress" && ++job.looks > polls_) {
        work_off(job);
        job.state = "JobComplete";
    }
    auto body = described(job.id, *job.object, job.is_upsert, job.state);
    body["numberRecordsProcessed"] = job.processed_count;
    body["numberRecordsFailed"] = job.failed_count;
    return answered(200, std::move(body));
}

std::size_t SalesforceIngest::finish() {
    std::size_t finished = 0;
    for (auto& [id, job] : jobs_) {
        if (job.state == "UploadComplete" || job.state == "InProgress") {
            work_off(job);
            job.state = "JobComplete";
            ++finished;
        }
    }
    return finished;
}

void SalesforceIngest::work_off(Job& job) {
    const auto* key = job.object->key();
    // The results are in no order that anybody may count on: the last row comes first.
    for (const auto& row : std::views::reverse(job.rows)) {
        auto fields = fields_of(job.heading, row);
        SalesforceOrg::Checked<SalesforceWritten> written =
            std::unexpected(SalesforceError("INVALID_FIELD", ""));
        std::string value;
        if (job.is_upsert) {
            value = text_of(json::value(fields), key->name);
            fields.erase(key->name);
        }
        if (auto wrong = unreadable(*job.object, fields)) {
            written = std::unexpected(std::move(*wrong));
        } else if (job.is_upsert && value.empty()) {
            written =
                std::unexpected(SalesforceError("MISSING_ARGUMENT", key->name + " not specified", {key->name})
                );
        } else {
            written = job.is_upsert ? org_.upsert(*job.object, value, std::move(fields))
                                    : org_.insert(*job.object, std::move(fields));
        }
        ++job.processed_count;
        CsvRow line;
        if (written) {
            line = {written->id, written->created ? "true" : "false"};
        } else {
            ++job.failed_count;
            std::string names;
            for (const auto& field : written.error().fields) {
                names += (names.empty() ? "" : ",") + field;
            }
            line = {"", written.error().code + ":" + written.error().message + ":" + names + "--"};
        }
        line.insert(line.end(), row.begin(), row.end());
        (written ? job.successful : job.failed) += csv_line(line);
    }
}

SalesforceAnswer SalesforceIngest::results(const Job& job, const std::string& which) const {
    const bool is_done = job.state == "JobComplete";
    CsvRow heading{"sf__Id", which == "successfulResults" ? "sf__Created" : "sf__Error"};
    heading.insert(heading.end(), job.heading.begin(), job.heading.end());
    if (which == "successfulResults" || which == "failedResults") {
        if (!is_done) {
            return invalid_state("the job is " + job.state);
        }
        return csv(csv_line(heading) + (which == "successfulResults" ? job.successful : job.failed));
    }
    if (which == "unprocessedrecords") {
        std::string text = csv_line(job.heading);
        for (const auto& row : job.rows) {
            text += is_done ? "" : csv_line(row);
        }
        return csv(std::move(text));
    }
    return no_such_resource();
}

}  // namespace navette::standin
