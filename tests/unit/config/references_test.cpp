#include "settings_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::load;
using testing::mistakes;
using ::testing::Not;
using testing::references;
using testing::TemporaryDirectory;

TEST(References, AnEnvironmentVariableMayBePartOfAText) {
    const auto settings = load(
        "database: {url: \"postgresql://${env:USER}:${env:PW}@db/navette\"}",
        references({{"USER", "nav"}, {"PW", "s3cret"}})
    );
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->database.url, "postgresql://nav:s3cret@db/navette");
}

TEST(References, ANumberMayComeFromTheEnvironment) {
    const auto settings = load("engine:\n  batch: ${env:BATCH}\n", references({{"BATCH", "7"}}));
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->engine.batch, 7);
}

TEST(References, AFileGivesItsContentWithoutTheLastLineBreak) {
    const TemporaryDirectory directory;
    const auto file = directory.write("url", "postgresql:///from-file\r\n");
    const auto settings = load("database: {url: \"${file:" + file.string() + "}\"}");
    ASSERT_TRUE(settings) << settings.error().front().text();
    EXPECT_EQ(settings->database.url, "postgresql:///from-file");
}

TEST(References, ACredentialIsReadFromSystemdsDirectory) {
    const TemporaryDirectory directory;
    (void)directory.write("db", "postgresql:///from-credential\n");
    const auto settings = load("database: {url: \"${credential:db}\"}", references({}, directory.path()));
    ASSERT_TRUE(settings) << settings.error().front().text();
    EXPECT_EQ(settings->database.url, "postgresql:///from-credential");
}

TEST(References, TwoDollarsStandForOne) {
    const auto settings = load("database: {url: \"postgresql:///a$${env:X}b$$c$\"}");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->database.url, "postgresql:///a${env:X}b$$c$");
}

TEST(References, AValueIsNotSearchedForReferencesOfItsOwn) {
    const auto settings =
        load("node: {name: x}\ndatabase: {url: \"${env:A}\"}", references({{"A", "postgresql:///${env:B}"}}));
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->database.url, "postgresql:///${env:B}");
}

TEST(References, AnUnresolvableOneNamesItselfAndItsKeyOnce) {
    EXPECT_THAT(
        mistakes("engine:\n  batch: ${env:BATCH}\n"),
        ElementsAre(
            "navette.yaml:2: engine.batch: '${env:BATCH}' has no value: the environment variable is not set"
        )
    );
    EXPECT_THAT(
        mistakes("database: {url: \"${file:/nowhere/url}\"}"),
        ElementsAre(HasSubstr("database.url: '${file:/nowhere/url}' has no value: /nowhere/url does not exist"
        ))
    );
    EXPECT_THAT(
        mistakes("database: {url: \"${file:url}\"}"),
        ElementsAre(HasSubstr("expected a path that begins with /"))
    );
    EXPECT_THAT(
        mistakes("database: {url: \"${credential:db}\"}"), ElementsAre(HasSubstr("LoadCredential=db"))
    );
    EXPECT_THAT(
        mistakes("database: {url: \"${credential:../db}\"}", references({}, "/etc")),
        ElementsAre(HasSubstr("expected a credential's plain name"))
    );
    EXPECT_THAT(
        mistakes("database: {url: \"${HOME}\"}"),
        ElementsAre(HasSubstr("'${HOME}' has no value: unknown kind"))
    );
    EXPECT_THAT(
        mistakes("database: {url: \"${env:HOME\"}"),
        ElementsAre(HasSubstr("database.url: a reference begins with ${ and has no }"))
    );
}

TEST(References, AnUnresolvableOneInAListNamesItsItem) {
    EXPECT_THAT(
        mistakes("outbound:\n  allow_private_networks:\n    - 10.0.0.0/8\n    - ${env:NET}\n"),
        ElementsAre(HasSubstr(":4: outbound.allow_private_networks[1]: '${env:NET}'"))
    );
}

TEST(References, AValueFromOutsideIsNeverQuoted) {
    const auto from = references({{"V", "t0ps3cret"}});
    for (const std::string text :
         {"engine: {batch: \"${env:V}\"}",
          "engine: {poll: \"${env:V}\"}",
          "log: {level: \"${env:V}\"}",
          "log: \"${env:V}\"",
          "outbound: {allow_private_networks: [\"${env:V}\"]}",
          "sources: {a: {query: \"${env:V}\"}}",
          "retention: {sync_logs: \"5${env:V}\"}",
          "database: {url: \"${env:V}\"}",
          "secrets: {key: \"main:${env:V}\"}"}) {
        const auto found = mistakes(text, from);
        ASSERT_FALSE(found.empty()) << text;
        for (const std::string& line : found) {
            EXPECT_THAT(line, Not(HasSubstr("t0ps3cret")));
        }
    }
}

TEST(References, TheProcessGivesItsEnvironment) {
    const auto from = References::of_process();
    EXPECT_TRUE(from.environment("PATH").has_value());
    EXPECT_FALSE(from.environment("NAVETTE_SURELY_NOT_SET").has_value());
}

}  // namespace
}  // namespace navette::config
