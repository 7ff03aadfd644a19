// ./dev bench mapping: how fast Lumira's orders are mapped for Dolibarr, beside what it costs merely to read
// and write the same record as JSON. Prints a table and a last line, and writes the figures to the file named
// on the command line.
#include "daemon/config/manifest.hpp"
#include "daemon/sync/mapping.hpp"
#include "daemon/sync/record_hash.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <vector>

namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr int kRounds = 5;
constexpr int kRecords = 20'000;
constexpr const char* kOrder =
    R"({"number":"LU240515001","status":"paid","amount_cents":9700,"currency":"eur","paid_at":"2024-05-15T21:30:00Z",)"
    R"("customer":{"id":7,"email":"lea@shop.example","first_name":"Léa","last_name":"Roux","phone":"0612345678"},)"
    R"("lines":[{"level":"mystique","quantity":1,"unit_price_cents":4700,"vat_rate":20},)"
    R"({"level":"integrale","quantity":1,"unit_price_cents":5000,"vat_rate":5.5}]})";

/// Records a second on one thread.
double rate_of(const std::function<std::size_t()>& one) {
    std::size_t kept = 0;
    const auto began = steady_clock::now();
    for (int record = 0; record < kRecords; ++record) {
        kept += one();
    }
    const std::chrono::duration<double> took = steady_clock::now() - began;
    return kept == 0 ? 0 : kRecords / took.count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    const std::string source = NAVETTE_SOURCE_DIR;
    const auto manifest = navette::config::load_manifest(
        source + "/connectors/dolibarr/dolibarr.yaml", source + "/config/examples/connectors.d/dolibarr.yaml"
    );
    if (!manifest) {
        std::cerr << manifest.error().front().text() << '\n';
        return 1;
    }
    const auto mapping = navette::sync::Mapping::compile(manifest->object("order")->mapping);
    if (!mapping) {
        std::cerr << mapping.error().front().text() << '\n';
        return 1;
    }
    const auto record = json::parse(kOrder).as_object();
    const std::array<std::pair<const char*, std::function<std::size_t()>>, 3> contestants{{
        {"json", [] { return json::serialize(json::parse(kOrder)).size(); }},
        {"map", [&] { return mapping->to_remote(record)->size(); }},
        {"map_and_hash", [&] { return navette::sync::record_hash(*mapping->to_remote(record)).size(); }},
    }};
    // Alternating, so that a busy moment of the machine hits all alike.
    std::array<std::vector<double>, 3> rates;
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t at = 0; at < contestants.size(); ++at) {
            rates[at].push_back(rate_of(contestants[at].second));
        }
    }
    json::object figures;
    std::printf("%-14s %14s %14s\n", "", "orders/s", "of json");
    const auto base = median(rates[0]);
    for (std::size_t at = 0; at < contestants.size(); ++at) {
        const auto rate = median(rates[at]);
        std::printf("%-14s %14.0f %14.2f\n", contestants[at].first, rate, rate / base);
        figures[std::string(contestants[at].first) + "_per_s"] = rate;
    }
    figures["ratio_json"] = median(rates[2]) / base;
    if (argc > 1) {
        std::ofstream(argv[1]) << json::serialize(figures) << '\n';
    }
    std::printf("mapping: orders_per_s=%.0f ratio_json=%.2f\n", median(rates[2]), median(rates[2]) / base);
    return 0;
}
