// ./dev bench translation: how many records a second one core maps, turns into requests and reads back from
// the answers, for each connector. The answers are those that the platform's stand-in gave to the same batch;
// nothing is sent while it is measured.
#include "tests/bench/harness/report.hpp"
#include "tests/conformance/connected_site.hpp"

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace sdk = navette::sdk;
using namespace navette::conformance;

/// Answers each request with what the platform answered when it was recorded, in the same order.
class Replay final : public sdk::Session {
  public:
    Replay(const navette::engine::Integration& integration, std::vector<sdk::HttpResponse> answers)
        : integration_(integration), answers_(std::move(answers)) {}

    void rewind() { next_ = 0; }

    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest request) override {
        // What goes on the wire is part of the work: address, credentials, body.
        benchmark::DoNotOptimize(integration_.address(std::move(request)));
        if (next_ == answers_.size()) {
            throw std::logic_error("the connector sends more than it did when it was recorded");
        }
        co_return answers_[next_++];
    }
    [[nodiscard]] const boost::json::object& settings() const override { return integration_.settings(); }
    [[nodiscard]] sdk::Instant now() const override { return {}; }
    sdk::Task<void> wait(std::chrono::milliseconds) override { co_return; }
    void remark(std::string) override {}
    [[nodiscard]] boost::json::value recall(std::string_view key) const override {
        const auto found = memory_.find(key);
        return found == memory_.end() ? boost::json::value() : found->second;
    }
    void remember(std::string_view key, boost::json::value value) override {
        memory_.insert_or_assign(std::string(key), std::move(value));
    }
    void take_memory(navette::engine::SessionMemory memory) { memory_ = std::move(memory); }

  private:
    const navette::engine::Integration& integration_;
    std::vector<sdk::HttpResponse> answers_;
    std::size_t next_ = 0;
    navette::engine::SessionMemory memory_;
};

/// One connector with a batch of its first object that creates records, recorded against the stand-in.
class Recorded {
  public:
    explicit Recorded(const Subject& subject)
        : subject_(subject), object_(subject_.objects.front()), site_(subject_) {
        const auto batch = std::max(1, site_.integration().manifest().object(object_.object)->batch);
        // The first batch teaches the connector what it asks once (our own id, a field's name).
        record(batch, 1);
        const auto answered = record(batch, 10'000);
        std::vector<sdk::HttpResponse> answers;
        for (const auto& exchange : site_.exchanges()) {
            answers.push_back(exchange.response);
        }
        replay_ = std::make_unique<Replay>(site_.integration(), std::move(answers));
        replay_->take_memory(site_.memory());
        check(answered);
        check(run());
    }

    [[nodiscard]] std::size_t batch() const { return operations_.size(); }

    /// Maps and pushes the recorded batch once more.
    std::vector<sdk::Outcome> run() {
        const auto* mapping = site_.integration().mapping(object_.object);
        auto batch = operations_;
        for (std::size_t at = 0; at < batch.size(); ++at) {
            batch[at].fields = mapping->to_remote(records_[at]).value();
        }
        replay_->rewind();
        std::vector<sdk::Outcome> outcomes;
        std::exception_ptr thrown;
        asio::co_spawn(
            io_,
            site_.connector().push(*replay_, std::move(batch)),
            [&](std::exception_ptr error, std::vector<sdk::Outcome> made) {
                thrown = std::move(error);
                outcomes = std::move(made);
            }
        );
        io_.restart();
        io_.run();
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        return outcomes;
    }

  private:
    std::vector<sdk::Outcome> record(int batch, int first) {
        operations_.clear();
        records_.clear();
        for (int n = first; n < first + batch; ++n) {
            operations_.push_back(site_.operation(object_, n));
            records_.push_back(object_.record(n));
        }
        return site_.push(operations_);
    }

    static void check(const std::vector<sdk::Outcome>& outcomes) {
        for (const auto& outcome : outcomes) {
            if (outcome.kind != sdk::OutcomeKind::done) {
                throw std::runtime_error("a record of the batch was not taken: " + outcome.message);
            }
        }
    }

    const Subject subject_;
    const ObjectCase object_;
    ConnectedSite site_;
    std::vector<sdk::Operation> operations_;
    std::vector<boost::json::object> records_;
    std::unique_ptr<Replay> replay_;
    asio::io_context io_{1};
};

/// Prints as usual, and keeps each connector's figure.
class Collecting final : public benchmark::ConsoleReporter {
  public:
    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const auto& run : runs) {
            const auto items = run.counters.find("items_per_second");
            if (items != run.counters.end()) {
                figures.emplace_back(run.run_name.function_name, items->second.value);
            }
        }
    }

    std::vector<std::pair<std::string, double>> figures;
};

void measure(int count, char** arguments) {
    const std::vector<Subject> subjects{
        dolibarr_subject(),
        hubspot_subject(),
        pipedrive_subject(),
        salesforce_subject(),
        shopify_subject(),
        woocommerce_subject(),
        zendesk_subject()
    };
    std::vector<std::unique_ptr<Recorded>> recorded;
    for (const auto& subject : subjects) {
        auto& one = *recorded.emplace_back(std::make_unique<Recorded>(subject));
        benchmark::RegisterBenchmark(subject.slug.c_str(), [&one](benchmark::State& state) {
            for (auto _ : state) {
                benchmark::DoNotOptimize(one.run());
            }
            state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(one.batch()));
        });
    }
    Collecting reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    navette::bench::Report report("translation", count, arguments);
    double slowest = std::numeric_limits<double>::max();
    for (const auto& [slug, records] : reporter.figures) {
        report.figure(slug + "_per_s", records);
        slowest = std::min(slowest, records);
    }
    report.figure("slowest_per_s", slowest);
    report.finish();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        measure(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "translation: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
