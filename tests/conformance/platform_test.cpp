// What holds for a connector as a whole: it is what it says, and its test tells the truth.
#include "tests/conformance/trial.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace navette::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Platform : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Conformance, Platform, ::testing::ValuesIn(platforms()), name_of);

TEST_P(Platform, LoadsAndNamesItself) {
    for (const auto& refusal : inventory().refused()) {
        EXPECT_NE(refusal.file.stem(), GetParam().slug) << refusal.reason;
    }
    const auto loaded = inventory().find(GetParam().slug);
    EXPECT_EQ(loaded->connector->slug(), GetParam().slug);
    EXPECT_EQ(loaded->manifest.slug, GetParam().slug);
    EXPECT_EQ(subject().slug, GetParam().slug);
}

TEST_P(Platform, SaysInItsManifestWhatItCanDo) {
    EXPECT_FALSE(manifest().name.empty());
    EXPECT_FALSE(manifest().objects.empty());
    EXPECT_TRUE(can("test"));
    EXPECT_TRUE(can("push"));
    EXPECT_EQ(can("webhooks"), !manifest().webhooks.secrets.empty());
    for (const auto& object : manifest().objects) {
        const auto is_its_event = [&](const config::EventRule& rule) { return rule.object == object.name; };
        EXPECT_TRUE(std::ranges::any_of(manifest().events, is_its_event))
            << "no event of an application leads to a " << object.name;
    }
}

TEST_P(Platform, IsTriedWithEveryObjectOfItsManifest) {
    std::set<std::string> tried;
    for (const auto& object : subject().objects) {
        tried.insert(object.object);
    }
    for (const auto& object : manifest().objects) {
        EXPECT_TRUE(tried.contains(object.name)) << "the subject has no " << object.name;
    }
}

TEST_P(Platform, TellsThatTheConnectionWorks) {
    ConnectedSite site(subject());
    const auto report = site.test();
    EXPECT_TRUE(report.ok) << report.sentence;
    EXPECT_THAT(report.sentence, Not(IsEmpty()));
    EXPECT_EQ(site.writes(), 0) << "the test of a connection changes nothing";
}

TEST_P(Platform, TellsWhatIsWrongWithTheCredentials) {
    ConnectedSite site(subject(), {}, ConnectedSite::Credentials::wrong);
    const auto report = site.test();
    EXPECT_FALSE(report.ok);
    EXPECT_THAT(report.sentence, HasSubstr(" ")) << "a sentence is wanted";
    for (const auto& [name, value] : subject().wrong_secrets) {
        EXPECT_THAT(report.sentence, Not(HasSubstr(value))) << "it quotes the secret " << name;
    }
}

}  // namespace
}  // namespace navette::conformance
