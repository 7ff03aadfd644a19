#include "daemon/http/api_undo.hpp"

#include "daemon/http/body_reader.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_undo.hpp"

#include <algorithm>

namespace navette::http {

namespace {

constexpr const char* kRuns = "runs";
constexpr const char* kImages = "undo";

Response list(store::AdminSession& session, const Request& request) {
    QueryReader query(request);
    const auto tenant = query.tenant();
    query.leave_page();
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    const auto page = read_page(request, kRuns, {KeyPart::text, KeyPart::text});
    if (!page) {
        return page.error();
    }
    std::optional<store::RunName> after;
    if (!page->after.empty()) {
        after = store::RunName{page->after[0], page->after[1]};
    }
    auto rows = store::list_runs(session, tenant, after, page->fetch());
    if (!rows) {
        return problem(rows.error());
    }
    return page_response(std::move(*rows), *page, kRuns, [](const store::Record& row) {
        return std::vector<std::string>{store::text_of(row, "tenant_id"), store::text_of(row, "run")};
    });
}

/// 409 where jobs of the run are still to be done.
std::optional<Response> refuse_unfinished(store::AdminSession& session, const store::RunName& name) {
    const auto jobs = store::unfinished_jobs(session, name);
    if (!jobs) {
        return problem(jobs.error());
    }
    if (*jobs == 0) {
        return std::nullopt;
    }
    return problem(
        409,
        "the run " + name.run + " still has " + std::to_string(*jobs) +
            " unfinished jobs; cancel them, or wait until they are done"
    );
}

Response undo(store::AdminSession& session, const Request& request) {
    QueryReader query(request);
    query.tenant();
    query.leave_page();
    auto body = BodyReader::read(request);
    if (!body) {
        return body.error();
    }
    const auto tenant = body->tenant(request, true);
    const auto run = body->required("run");
    const bool dry_run = body->truth("dry_run").value_or(false);
    for (auto mistake : {body->mistake(), query.mistake()}) {
        if (mistake) {
            return std::move(*mistake);
        }
    }
    const auto page = read_page(
        request, kImages, {KeyPart::text, KeyPart::text, KeyPart::text, KeyPart::text, KeyPart::text}
    );
    if (!page) {
        return page.error();
    }
    const auto name = store::find_run(session, run, tenant);
    if (!name) {
        return problem(name.error());
    }
    std::optional<store::ImagePlace> after;
    if (!page->after.empty()) {
        const auto& at = page->after;
        after = store::ImagePlace{at[0], at[1], at[2], at[3], at[4]};
    } else if (!dry_run) {
        if (auto refusal = refuse_unfinished(session, *name)) {
            return std::move(*refusal);
        }
    }
    auto images = store::preview_undo(session, *name, after, page->fetch());
    if (!images) {
        return problem(images.error());
    }
    if (!dry_run) {
        // The one too many only tells that there is a next page.
        const auto limit = static_cast<std::size_t>(page->limit);
        store::Records shown(
            images->begin(), images->begin() + static_cast<std::ptrdiff_t>(std::min(limit, images->size()))
        );
        // The run was found with the session's own rights, and names the tenant.
        const store::Unbound unbound(session);
        if (const auto done = store::undo_images(session, *name, shown); !done) {
            return problem(done.error());
        }
        std::ranges::move(shown, images->begin());
    }
    return page_response(std::move(*images), *page, kImages, [](const store::Record& row) {
        return std::vector<std::string>{
            store::text_of(row, "kind"),
            store::text_of(row, "integration_id"),
            store::text_of(row, "object"),
            store::text_of(row, "entity_type"),
            store::text_of(row, "entity_id")
        };
    });
}

}  // namespace

void add_undo_routes(Router& router, DatabaseDesk& desk) {
    router.add({"GET", "/api/v1/undo", Access::read, desk.handler(list)});
    // Without an idempotency key: what was undone already is not undone again.
    router.add({"POST", "/api/v1/undo", Access::write, desk.handler(undo)});
}

}  // namespace navette::http
