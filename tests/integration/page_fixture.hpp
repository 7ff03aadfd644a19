// Writes pages to the queue as an owner does.
#pragma once

#include "daemon/store/queue.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace navette::test {

class PageTest : public OwnedIntegrationTest {
  protected:
    [[nodiscard]] store::Completion completion(
        long job, store::Verdict verdict, const std::string& outcome = "done"
    ) const {
        store::Completion done;
        done.key = key_;
        done.epoch = 1;
        done.job_id = job;
        done.verdict = verdict;
        done.outcome = outcome;
        done.object = "item";
        done.attempts = 1;
        done.started_at = std::chrono::system_clock::now();
        return done;
    }

    [[nodiscard]] store::Start start(std::vector<std::int64_t> jobs, std::int64_t batch = 1) const {
        store::Start begin;
        begin.key = key_;
        begin.epoch = 1;
        begin.batch_id = batch;
        begin.job_ids = std::move(jobs);
        return begin;
    }

    core::Result<std::vector<store::Started>> write(
        const store::JournalPage& page, const std::string& node = kNode
    ) {
        return run(store::write_page(connection(), node, page));
    }

    void complete(std::vector<store::Completion> completions, const std::string& node = kNode) {
        store::JournalPage page;
        page.completions = std::move(completions);
        must(write(page, node));
    }

    void complete_one(store::Completion done) {
        std::vector<store::Completion> one;
        one.push_back(std::move(done));
        complete(std::move(one));
    }

    std::string job(long id, const std::string& columns) {
        return database_.value(
            "SELECT concat_ws('|', " + columns +
            ") FROM navette.sync_queue q WHERE id = " + std::to_string(id)
        );
    }

    std::string logged(const std::string& columns) {
        return database_.value(
            "SELECT string_agg(concat_ws('|', " + columns + "), ' / ' ORDER BY id) FROM navette.sync_logs"
        );
    }

    std::string link(const std::string& columns) {
        return database_.value("SELECT concat_ws('|', " + columns + ") FROM navette.record_links l");
    }

    long count(const std::string& table) { return database_.number("SELECT count(*) FROM navette." + table); }
};

}  // namespace navette::test
