// The JSON Schemas for editors, held against what reads the files: they name the same keys, and refuse what
// the readers refuse.
#include "daemon/config/settings_schema.hpp"
#include "daemon/config/yaml_tree.hpp"
#include "manifest_file.hpp"
#include "tests/support/schema_faults.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace navette::config {
namespace {

namespace json = boost::json;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using testing::kManifest;
using testing::manifest_with;
using testing::mistakes;
using ::testing::Not;
using testing::shop_mistakes;
using testing::TemporaryDirectory;

const std::filesystem::path kTree(NAVETTE_SOURCE_DIR);
const std::string kSchemas = (kTree / "config" / "schema").string();

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

json::value tree_of(const std::filesystem::path& file) {
    Problems problems;
    const auto tree = parse_yaml_file(file, problems);
    EXPECT_THAT(problems, IsEmpty()) << file;
    return tree ? to_json(*tree) : json::value();
}

std::vector<std::string> faults_of(const json::value& schema, const std::string& yaml) {
    const TemporaryDirectory folder;
    return test::schema_faults(schema, tree_of(folder.write("some.yaml", yaml)));
}

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".yaml") {
            files.push_back(entry.path());
        }
    }
    return files;
}

/// The names of all properties, at whatever depth.
void add_names(const json::value& schema, std::set<std::string>& names) {
    if (const auto* list = schema.if_array()) {
        for (const auto& item : *list) {
            add_names(item, names);
        }
    } else if (const auto* members = schema.if_object()) {
        if (const auto* properties = members->if_contains("properties")) {
            for (const auto& property : properties->as_object()) {
                names.emplace(property.key());
            }
        }
        for (const auto& member : *members) {
            add_names(member.value(), names);
        }
    }
}

// ------------------------------------------------------------------------------------------ navette.yaml

TEST(SettingsSchema, TheFileIsWhatTheKeysAreDeclaredAs) {
    EXPECT_EQ(text_of(kSchemas + "/navette.json"), settings_schema())
        << "write it anew: navettectl config schema > config/schema/navette.json";
}

TEST(SettingsSchema, TheShippedConfigurationsFit) {
    const json::value schema(test::read_schema(kSchemas + "/navette.json"));
    EXPECT_THAT(test::schema_faults(schema, tree_of(kTree / "config" / "navette.yaml")), IsEmpty());
    EXPECT_THAT(test::schema_faults(schema, tree_of(kTree / "config/examples/lumira.yaml")), IsEmpty());
}

TEST(SettingsSchema, EveryCommentedOutKeyOfTheReferenceIsKnown) {
    const json::value schema(json::parse(settings_schema()));
    std::set<std::string> names;
    add_names(schema, names);
    const auto text = text_of(kTree / "config" / "navette.yaml");
    const std::regex key("\n +#? ?([a-z_]+): ");
    std::set<std::string> used;
    for (std::sregex_iterator at(text.begin(), text.end(), key), end; at != end; ++at) {
        used.insert((*at)[1]);
    }
    for (const auto* const sample : {"lease", "poll", "directory", "sync_logs"}) {
        EXPECT_TRUE(used.contains(sample)) << sample;
    }
    EXPECT_THAT(names, IsSupersetOf(used));
}

TEST(SettingsSchema, WhatFitsIsReadAndWhatIsMistakenIsRefusedByBoth) {
    const json::value schema(json::parse(settings_schema()));
    for (const auto* const good :
         {"engine: {poll: 500ms, batch: 10}",
          "engine:",
          "log: {level: debug}",
          "secrets: {core_dumps: false}",
          "listen: {port: 8075, body_limit: 2MiB, webhook_allow: {stripe: [10.0.0.0/8]}}",
          "metrics: {every: 15s}",
          "webhooks: {repair: false}"}) {
        EXPECT_THAT(mistakes(good), IsEmpty()) << good;
        EXPECT_THAT(faults_of(schema, good), IsEmpty()) << good;
    }
    for (const auto* const bad :
         {"engines: {poll: 1s}",
          "engine: {pole: 1s}",
          "engine: {poll: soon}",
          "engine: {poll: 5}",
          "engine: {batch: 0}",
          "engine: {batch: many}",
          "engine: [poll]",
          "engine: 7",
          "log: {level: loud}",
          "log: {format: [text]}",
          "webhooks: {repair: maybe}",
          "listen: {port: 70000}",
          "listen: {body_limit: 2}",
          "outbound: {allow_private_networks: 10.0.0.0/8}",
          "database: {url: \"\"}",
          "sources: {shop-orders: {tenant: a}}",
          "sources: {shop_orders: {}}",
          "sources: [a]"}) {
        EXPECT_THAT(mistakes(bad), Not(IsEmpty())) << bad;
        EXPECT_THAT(faults_of(schema, bad), Not(IsEmpty())) << bad;
    }
}

TEST(SettingsSchema, AReferenceMayStandForAnyValue) {
    const json::value schema(json::parse(settings_schema()));
    EXPECT_THAT(
        faults_of(schema, "listen: {port: \"${env:PORT}\", body_limit: \"${env:LIMIT}\"}"), IsEmpty()
    );
    EXPECT_THAT(faults_of(schema, "log: {level: \"${env:LEVEL}\"}"), IsEmpty());
}

// ---------------------------------------------------------------------------------- manifests and overrides

TEST(ManifestSchema, EveryShippedManifestFits) {
    const json::value schema(test::manifest_schema(kSchemas));
    auto files = yaml_files(kTree / "connectors");
    EXPECT_GE(files.size(), 8U);
    for (const auto& file : yaml_files(kTree / "tests" / "bench")) {
        files.push_back(file);
    }
    for (const auto& file : files) {
        EXPECT_THAT(test::schema_faults(schema, tree_of(file)), IsEmpty()) << file;
    }
    EXPECT_THAT(faults_of(schema, std::string(kManifest)), IsEmpty()) << "the tests' own, with most keys";
}

TEST(ManifestSchema, TheExampleOverridesFit) {
    const json::value schema(test::read_schema(kSchemas + "/connector-override.json"));
    const auto files = yaml_files(kTree / "config/examples/connectors.d");
    EXPECT_THAT(files, Not(IsEmpty()));
    for (const auto& file : files) {
        EXPECT_THAT(test::schema_faults(schema, tree_of(file)), IsEmpty()) << file;
    }
}

TEST(ManifestSchema, WhatAnOverrideLeavesOutIsNotMissing) {
    const json::value override_schema(test::read_schema(kSchemas + "/connector-override.json"));
    const json::value manifest_schema(test::manifest_schema(kSchemas));
    for (const auto* const part :
         {"retry: {cap: 1m}", "config: {base_url: {label: Address}}", "events: {a.b: {action: delete}}"}) {
        EXPECT_THAT(faults_of(override_schema, part), IsEmpty()) << part;
        EXPECT_THAT(faults_of(manifest_schema, part), Not(IsEmpty())) << part;
    }
}

TEST(ManifestSchema, WhatIsMistakenIsRefusedByBoth) {
    const json::value schema(test::manifest_schema(kSchemas));
    const std::vector<std::pair<std::string_view, std::string_view>> edits{
        {"name: Shop\n", ""},
        {"category: ecommerce", "category: shops"},
        {"description: A shop", "descripton: A shop"},
        {"type: api_key,", "type: api_keys,"},
        {"header: X-Key,", "headers: X-Key,"},
        {"base_url: {type: url,", "base_url: {type: link,"},
        {"base_url: {type: url,", "base_url: {"},
        {"required: true, label", "needed: true, label"},
        {"capabilities: [test, push]", "capabilities: [test, shove]"},
        {"capabilities: [test, push]", "capabilities: test"},
        {"{requests: 40, per: 1s}", "{requests: 40, per: soon}"},
        {"{requests: 40, per: 1s}", "{requests: none, per: 1s}"},
        {"{requests: 40, per: 1s}", "{request: 40, per: 1s}"},
        {"concurrency: 2", "concurrency: 0"},
        {"base: 2s", "base: 2"},
        {"max_retries: 5", "max_tries: 5"},
        {"timeout: 20s", "timeout: long"},
        {"actions: [upsert, delete]", "actions: [upsert, remove]"},
        {"actions: [upsert, delete]", "actions: []"},
        {"batch: 10", "batch: ten"},
        {"batch: 10", "bulk: 0"},
        {"batch: 10", "bulk: 10001"},
        {"batch: 10", "page: 0"},
        {"batch: 10", "page: 2001"},
        {"account: [base_url]", "hosts: [\"https://files.test\"]"},
        {"account: [base_url]", "hosts: [\"*.test\"]"},
        {"account: [base_url]", "hosts: files.test"},
        {"account: [base_url]", "logged_until: 'sql='"},
        {"account: [base_url]", "logged_until: ['\"sql\"']"},
        {"account: [base_url]", "logged_until: ['']"},
        {"{object: customer, id: customer.id,", "{object: customer,"},
        {"as: party,", "named: party,"},
        {"local: email, remote: mail,", "local: email,"},
        {"local: email, remote: mail,", "locale: email, remote: mail,"},
        {"direction: both", "direction: sideways"},
        {"required: true, transforms", "required: perhaps, transforms"},
        {"transforms: [trim, lower]", "transforms: [[trim]]"},
        {"transforms: [trim, lower]", "transforms: trim"},
        {"note: {every_event: true,", "note: {every_event: sometimes,"},
        {"note: {every_event: true,", "Note: {every_event: true,"},
    };
    for (const auto& [what, by] : edits) {
        const auto text = manifest_with(what, by);
        EXPECT_THAT(shop_mistakes(text), Not(IsEmpty())) << by;
        EXPECT_THAT(faults_of(schema, text), Not(IsEmpty())) << by;
    }
}

TEST(ManifestSchema, KnowsTheKeysThatTheReaderAsksForAndNoOthers) {
    std::set<std::string> asked;
    const std::regex key(
        "(?:key|required|section|list|items|entries|each|take|read_parameters|read_rules)\\("
        "(?:section, |root, |item, )?\\s*\"([a-z_0-9]+)\""
    );
    for (const auto& entry : std::filesystem::directory_iterator(kTree / "daemon" / "config")) {
        const auto name = entry.path().filename().string();
        if (!name.starts_with("manifest") || !name.ends_with(".cpp")) {
            continue;
        }
        const auto text = text_of(entry.path());
        for (std::sregex_iterator at(text.begin(), text.end(), key), end; at != end; ++at) {
            asked.insert((*at)[1]);
        }
    }
    const auto schema = test::read_schema(kSchemas + "/connector-override.json");
    std::set<std::string> known;
    for (const auto& part : {json::value(schema.at("properties")), json::value(schema.at("$defs"))}) {
        auto without_transforms = part;
        without_transforms.as_object().erase("transform");
        add_names(without_transforms, known);
    }
    for (const auto& property : schema.at("properties").as_object()) {
        known.emplace(property.key());
    }
    EXPECT_EQ(known, asked);
}

}  // namespace
}  // namespace navette::config
