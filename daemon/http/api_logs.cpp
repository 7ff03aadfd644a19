#include "daemon/http/api_logs.hpp"

#include "daemon/engine/outcome_names.hpp"
#include "daemon/http/csv.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_logs.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <map>

namespace navette::http {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr const char* kListing = "logs";

store::LogFilter read_filter(QueryReader& query) {
    auto statuses = engine::outcome_names();
    statuses.emplace_back("failed");
    store::LogFilter filter;
    filter.tenant = query.tenant();
    filter.integration = query.text("integration");
    filter.statuses = query.choices("status", statuses);
    filter.event = query.text("event_type");
    filter.entity_type = query.text("entity_type");
    filter.entity = query.text("entity");
    filter.since = query.past("since");
    filter.until = query.past("until");
    filter.errors_only = query.truth("errors").value_or(false);
    filter.with_bodies = query.truth("bodies").value_or(false);
    return filter;
}

Response list(store::AdminSession& session, const Request& request) {
    QueryReader query(request);
    const auto filter = read_filter(query);
    query.leave_page();
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    const auto page = read_page(request, kListing, {KeyPart::number, KeyPart::number});
    if (!page) {
        return page.error();
    }
    std::optional<store::LogPlace> before;
    if (!page->after.empty()) {
        before = store::LogPlace{std::stoll(page->after[0]), std::stoll(page->after[1])};
    }
    auto logs = store::older_logs(session, filter, before, page->fetch());
    if (!logs) {
        return problem(logs.error());
    }
    store::Records rows;
    std::map<std::int64_t, store::LogPlace> places;
    for (auto& log : *logs) {
        places[log.place.id] = log.place;
        rows.push_back(std::move(log.log));
    }
    return page_response(std::move(rows), *page, kListing, [&](const store::Record& log) {
        const auto& place = places.at(log.at("id").as_int64());
        return std::vector<std::string>{std::to_string(place.micros), std::to_string(place.id)};
    });
}

// ---------------------------------------------------------------------------------------------- export

// Rows with request and response may have some hundred kilobytes each.
constexpr int kPage = 2'000;
constexpr int kPageWithBodies = 100;
// A database that is busy for a moment does not end an export of hours.
constexpr int kTries = 20;
constexpr std::chrono::milliseconds kTryAgain{500};

constexpr std::array<std::string_view, 19> kColumns{
    "id",
    "created_at",
    "tenant_id",
    "integration_id",
    "job_id",
    "direction",
    "event_type",
    "entity_type",
    "entity_id",
    "object",
    "remote_id",
    "status",
    "final",
    "attempt",
    "error_message",
    "error_field",
    "remarks",
    "started_at",
    "duration_ms"
};

std::string csv_field(const json::value& value) {
    if (value.is_null()) {
        return {};
    }
    if (const auto* text = value.if_string()) {
        return csv_text(*text);
    }
    if (const auto* list = value.if_array()) {
        std::string joined;
        for (const auto& item : *list) {
            joined += (joined.empty() ? "" : "\n") +
                      (item.is_string() ? std::string(item.get_string()) : json::serialize(item));
        }
        return csv_text(joined);
    }
    return value.is_object() ? csv_text(json::serialize(value)) : json::serialize(value);
}

/// One export under way. It moves from the listener's thread to the desk's and back, never at once on both.
struct Export {
    enum class Format { csv, ndjson };

    Format format = Format::csv;
    std::vector<std::string> columns;  // of CSV
    store::LogFilter filter;
    std::optional<store::LogExport> reader;
    Request request;  // without its body: names the caller for the desk
};

std::string text_of(const Export& job, const store::Records& rows) {
    std::string text;
    std::vector<std::string> fields;
    for (const auto& row : rows) {
        if (job.format == Export::Format::ndjson) {
            text += json::serialize(row);
            text += '\n';
            continue;
        }
        fields.clear();
        for (const auto& column : job.columns) {
            const auto* value = row.if_contains(column);
            fields.push_back(value == nullptr ? std::string() : csv_field(*value));
        }
        text += csv_line(fields);
    }
    return text;
}

/// The next part as the body of a 200; empty at the end.
Response read_part(Export& job, store::AdminSession& session) {
    if (!job.reader) {
        auto begun =
            store::LogExport::begin(session, job.filter, job.filter.with_bodies ? kPageWithBodies : kPage);
        if (!begun) {
            return problem(begun.error());
        }
        job.reader = std::move(*begun);
    }
    const auto rows = job.reader->next(session);
    if (!rows) {
        return problem(rows.error());
    }
    Response part;
    part.body = text_of(job, *rows);
    return part;
}

asio::awaitable<Response> run_part(DatabaseDesk& desk, std::shared_ptr<Export> job) {
    Operation reading = [job](store::AdminSession& session, const Request&) {
        return read_part(*job, session);
    };
    co_return co_await desk.run(std::move(reading), job->request);
}

asio::awaitable<core::Result<std::string>> next_part(DatabaseDesk& desk, std::shared_ptr<Export> job) {
    asio::steady_timer pause(co_await asio::this_coro::executor);
    for (int tries = 1;; ++tries) {
        auto part = co_await run_part(desk, job);
        if (part.status == 200) {
            co_return std::move(part.body);
        }
        if (part.status != 503 || tries == kTries) {
            co_return core::failure(
                core::ErrorKind::unavailable, "an export of logs was cut off: the database gave no more rows"
            );
        }
        pause.expires_after(kTryAgain);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<Response> begin_export(DatabaseDesk& desk, Request request) {
    QueryReader query(request);
    auto job = std::make_shared<Export>();
    job->filter = read_filter(query);
    const auto format = query.choice("format", {"csv", "ndjson"});
    if (format == "csv" && job->filter.with_bodies) {
        query.complain("bodies", "request and response go into format=ndjson only");
    }
    if (auto mistake = query.mistake()) {
        co_return std::move(*mistake);
    }
    job->format = format == "ndjson" ? Export::Format::ndjson : Export::Format::csv;
    job->columns.assign(kColumns.begin(), kColumns.end());
    job->request = std::move(request);
    auto answer = co_await run_part(desk, job);
    if (answer.status != 200) {
        co_return answer;
    }
    if (job->format == Export::Format::csv) {
        answer.body.insert(0, csv_line(job->columns));
    }
    const std::string extension(job->format == Export::Format::csv ? "csv" : "ndjson");
    answer.headers.push_back(
        {"Content-Type",
         job->format == Export::Format::csv ? "text/csv; charset=utf-8; header=present"
                                            : "application/x-ndjson"}
    );
    answer.headers.push_back(
        {"Content-Disposition", "attachment; filename=\"navette-logs." + extension + "\""}
    );
    answer.more = [&desk, job = std::move(job)] { return next_part(desk, job); };
    co_return answer;
}

}  // namespace

void add_log_routes(Router& router, DatabaseDesk& desk) {
    router.add({"GET", "/api/v1/logs", Access::read, desk.handler(list)});
    router.add({"GET", "/api/v1/logs/export", Access::read, [&desk](Request request) {
                    return begin_export(desk, std::move(request));
                }});
}

}  // namespace navette::http
