#include "daemon/ctl/hidden_arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette::ctl {
namespace {

using testing::ElementsAre;

std::vector<std::string> hidden(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words) {
        arguments.push_back(word.data());
    }
    hide_arguments(arguments);
    return words;
}

TEST(HiddenArguments, ASecretOnTheCommandLineIsOverwritten) {
    EXPECT_THAT(
        hidden({"integration", "add", "--secret", "api_key=s3cret", "--secret=token=x=y", "--id", "i"}),
        ElementsAre("integration", "add", "--secret", "api_key=******", "--secret=token=***", "--id", "i")
    );
}

TEST(HiddenArguments, NamesOfFilesAndOtherValuesStay) {
    const std::vector<std::string> words{
        "--secret", "api_key=@/root/key", "--secret", "b=-", "--secret", "--set", "a=b", "api_key=c"
    };
    EXPECT_EQ(hidden(words), words);
}

TEST(HiddenArguments, ADatabaseWithAPasswordIsOverwritten) {
    EXPECT_THAT(
        hidden({"--database", "postgresql://u:p@h/d", "--database=host=h password=p"}),
        ElementsAre("--database", "********************", "--database=*****************")
    );
    EXPECT_THAT(
        hidden({"source", "attach", "--connection=host=h password=p"}),
        ElementsAre("source", "attach", "--connection=*****************")
    );
    const std::vector<std::string> words{"--database", "postgresql:///navette"};
    EXPECT_EQ(hidden(words), words);
}

}  // namespace
}  // namespace navette::ctl
