// What can be wrong with a YAML file as a whole: told as one clear problem.
#include "settings_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace navette::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::lines;
using testing::mistakes;
using testing::no_references;
using testing::TemporaryDirectory;

std::vector<std::string> mistakes_of(const std::filesystem::path& file) {
    const auto settings = load_settings(file, no_references());
    return settings ? std::vector<std::string>() : lines(settings.error());
}

TEST(YamlFile, AMissingFileIsOneProblem) {
    const TemporaryDirectory directory;
    EXPECT_THAT(mistakes_of(directory.path() / "none.yaml"), ElementsAre("none.yaml: does not exist"));
}

TEST(YamlFile, ADirectoryIsOneProblem) {
    const TemporaryDirectory directory;
    EXPECT_THAT(mistakes_of(directory.path()), ElementsAre(HasSubstr("is a directory, expected a file")));
}

TEST(YamlFile, AnUnreadableFileIsOneProblem) {
    if (geteuid() == 0) {
        GTEST_SKIP() << "root reads every file";
    }
    const TemporaryDirectory directory;
    const auto file = directory.write("navette.yaml", "log: {}");
    std::filesystem::permissions(file, std::filesystem::perms::none);
    EXPECT_THAT(mistakes_of(file), ElementsAre(HasSubstr("cannot be opened: Permission denied")));
}

TEST(YamlFile, AFileOverOneMebibyteIsOneProblem) {
    EXPECT_THAT(
        mistakes(std::string(1024UZ * 1024 + 1, '#')),
        ElementsAre("navette.yaml: is too large, expected at most 1024 KiB")
    );
    EXPECT_THAT(mistakes(std::string(1024UZ * 1024, '#')), ElementsAre());
}

TEST(YamlFile, ASyntaxErrorNamesItsLine) {
    EXPECT_THAT(
        mistakes("log:\n  level: [info\nengine: {}\n"),
        ElementsAre(HasSubstr("navette.yaml:3: is not valid YAML: "))
    );
    EXPECT_THAT(
        mistakes("log:\n\tlevel: info\n"), ElementsAre(HasSubstr("navette.yaml:2: is not valid YAML: "))
    );
}

TEST(YamlFile, BytesThatAreNotUtf8AreNamedByTheirLine) {
    EXPECT_THAT(
        mistakes("log: {}\n# \xFF\n"), ElementsAre(HasSubstr("navette.yaml:2: is not text in UTF-8"))
    );
    EXPECT_THAT(
        mistakes(std::string("log: {}\n\n\0", 10)),
        ElementsAre(HasSubstr("navette.yaml:3: is not text in UTF-8"))
    );
    EXPECT_THAT(mistakes("# d\xC3\xA9j\xC3\xA0 vu \xF0\x9F\x9A\x80\n"), ElementsAre());
}

TEST(YamlFile, ASecondDocumentIsRefused) {
    EXPECT_THAT(
        mistakes("log: {}\n---\nengine: {}\n"), ElementsAre(HasSubstr("a second document begins here"))
    );
    EXPECT_THAT(mistakes("---\nlog: {}\n...\n"), ElementsAre());
}

TEST(YamlFile, AliasesThatGrowWithoutBoundAreRefused) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
        for (int j = 1; j < 10; ++j) {
            text += ", " + last;
        }
        text += "]\n";
    }
    EXPECT_THAT(mistakes(text), ElementsAre(HasSubstr("too many values once its aliases are expanded")));
}

TEST(YamlFile, ManyAliasesOfALargeValueAreRefused) {
    std::string text = "a: &a [x";
    for (int i = 0; i < 10'000; ++i) {
        text += ", x";
    }
    text += "]\nb:\n";
    for (int i = 0; i < 100; ++i) {
        text += "  - *a\n";
    }
    EXPECT_THAT(mistakes(text), ElementsAre(HasSubstr("too many values once its aliases are expanded")));
}

TEST(YamlFile, AnAliasInsideItsOwnValueIsRefused) {
    EXPECT_THAT(
        mistakes("log: &log\n  level: *log\n"), ElementsAre(HasSubstr("navette.yaml:2: is not valid YAML: "))
    );
}

TEST(YamlFile, DeepNestingIsRefused) {
    EXPECT_THAT(
        mistakes("a: " + std::string(100, '[') + std::string(100, ']')),
        ElementsAre(HasSubstr("nested too deeply"))
    );
    EXPECT_THAT(
        mistakes("a: " + std::string(500'000, '[') + std::string(500'000, ']')),
        ElementsAre(HasSubstr("nested too deeply"))
    );
    const std::string open(40, '[');
    const std::string close(40, ']');
    EXPECT_THAT(
        mistakes("a: &a " + open + close + "\nb: " + open + "*a" + close),
        ElementsAre(HasSubstr("navette.yaml:2: is not valid YAML: values are nested too deeply"))
    );
    std::string chain = "a0: &a0 [x]\n";
    for (int i = 1; i < 100; ++i) {
        chain +=
            "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    }
    EXPECT_THAT(mistakes(chain), ElementsAre(HasSubstr("nested too deeply")));
}

TEST(YamlFile, AKeyThatIsNoTextIsRefused) {
    EXPECT_THAT(mistakes("? [a, b]\n: c\n"), ElementsAre(HasSubstr("cannot be a key")));
    EXPECT_THAT(mistakes("~: c\n"), ElementsAre(HasSubstr("a key is missing or is not text")));
    EXPECT_THAT(mistakes("a: &x [b]\n*x : c\n"), ElementsAre(HasSubstr("is not text")));
}

TEST(YamlFile, AnUnknownTagIsRefused) {
    EXPECT_THAT(
        mistakes("log: {level: !important info}"), ElementsAre(HasSubstr("the tag !important is unknown"))
    );
    EXPECT_THAT(mistakes("log: {level: !!str info}"), ElementsAre());
}

TEST(YamlFile, ALongValueIsCutInTheMessage) {
    const auto found =
        mistakes("log: {level: \"" + std::string(59, 'x') + "\xC3\xA9" + std::string(500, 'y') + "\"}");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found.front(), HasSubstr("'" + std::string(59, 'x') + "...' is unknown"));
}

}  // namespace
}  // namespace navette::config
