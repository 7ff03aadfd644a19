// The tables of the connectors' READMEs that tell which way each field goes.
#include "tests/conformance/trial.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

namespace navette::conformance {
namespace {

using Direction = config::MappingDirection;

class Directions : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Conformance, Directions, ::testing::ValuesIn(platforms()), name_of);

/// The local paths of an object that travel: both ways, only to the platform, only from it.
struct Columns {
    std::vector<std::string> both;
    std::vector<std::string> to_platform;
    std::vector<std::string> from_platform;
};

Columns columns_of(const config::ObjectSpec& spec) {
    std::set<std::string> written;
    std::set<std::string> read;
    for (const auto& rule : spec.mapping) {
        if (rule.direction != Direction::from_platform) {
            written.insert(rule.remote);
        }
        if (rule.direction != Direction::to_platform) {
            read.insert(rule.remote);
        }
    }
    Columns columns;
    for (const auto& rule : spec.mapping) {
        const bool is_both = written.contains(rule.remote) && read.contains(rule.remote);
        auto& column = is_both                                      ? columns.both
                       : rule.direction == Direction::from_platform ? columns.from_platform
                                                                    : columns.to_platform;
        if (!rule.local.empty() && std::ranges::find(column, rule.local) == column.end()) {
            column.push_back(rule.local);
        }
    }
    std::erase_if(columns.to_platform, [&](const std::string& path) {
        return std::ranges::find(columns.both, path) != columns.both.end();
    });
    return columns;
}

std::string listed(const std::vector<std::string>& paths) {
    std::string all;
    for (const auto& path : paths) {
        all += (all.empty() ? "`" : ", `") + path + "`";
    }
    return all.empty() ? " " : " " + all + " ";
}

TEST_P(Directions, TheReadmeTellsThemAsTheManifestHasThem) {
    std::string table = "| object | both ways | only to " + manifest().name +
                        " | only from it |\n| --- | --- | --- | --- |\n";
    for (const auto& spec : manifest().objects) {
        const auto columns = columns_of(spec);
        if (!spec.linked || spec.every_event || (columns.both.empty() && columns.from_platform.empty())) {
            continue;
        }
        table += "| " + spec.name + " |" + listed(columns.both) + "|" + listed(columns.to_platform) + "|" +
                 listed(columns.from_platform) + "|\n";
    }
    std::ifstream file(NAVETTE_SOURCE_DIR "/connectors/" + GetParam().slug + "/README.md");
    const std::string readme{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(readme.find("\n" + table), std::string::npos) << "it should hold\n" << table;
}

}  // namespace
}  // namespace navette::conformance
