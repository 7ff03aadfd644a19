#include "daemon/plugins/inventory.hpp"

#include "daemon/plugins/library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace navette::plugins {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// A folder of connectors put together for one test.
class InventoryTest : public testing::Test {
  protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("navette-plugins-" + std::to_string(getpid()) + "-" +
                                               testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    void add_broken(const std::string& name) {
        fs::copy_file(
            fs::path(NAVETTE_BINARY_DIR) / "lib/broken_connectors" / (name + ".so"), folder_ / (name + ".so")
        );
        add_manifest(name);
    }
    void add_manifest(const std::string& name) {
        std::ofstream(folder_ / (name + ".yaml"))
            << "slug: " << name << "\nname: X\ncategory: crm\nbase_url: \"https://x.test\"\n"
            << "auth: {type: none}\nobjects: {thing: {remote: things}}\n";
    }
    void add_dolibarr() {
        const fs::path connectors = fs::path(NAVETTE_BINARY_DIR) / "lib/connectors";
        fs::copy_file(connectors / "dolibarr.so", folder_ / "dolibarr.so");
        fs::copy_file(connectors / "dolibarr.yaml", folder_ / "dolibarr.yaml");
    }
    std::string reason_for(const std::string& file) {
        const auto inventory = load_connectors(folder_, {});
        for (const auto& refusal : inventory.refused()) {
            if (refusal.file.filename() == file) {
                return refusal.reason;
            }
        }
        return "(not refused)";
    }

    fs::path folder_;
};

TEST_F(InventoryTest, LoadsAConnectorThatFits) {
    add_dolibarr();
    const auto inventory = load_connectors(folder_, {});
    ASSERT_EQ(inventory.loaded().size(), 1U);
    EXPECT_EQ(inventory.find("dolibarr")->connector->slug(), "dolibarr");
    EXPECT_EQ(*abi_tag_of(folder_ / "dolibarr.so"), expected_abi_tag());
    EXPECT_EQ(inventory.find("hubspot"), nullptr);
}

TEST_F(InventoryTest, RefusesEachBrokenLibraryAndGoesOnWithTheOthers) {
    add_dolibarr();
    for (const auto* name : {"throwing", "throwing_early", "foreign", "no_factory", "misnamed"}) {
        add_broken(name);
    }
    std::ofstream(folder_ / "text.so") << "I am a text file, not a library.\n";
    add_manifest("text");
    const auto inventory = load_connectors(folder_, {});
    EXPECT_EQ(inventory.loaded().size(), 1U);
    EXPECT_EQ(inventory.refused().size(), 6U);
    EXPECT_NE(inventory.find("dolibarr"), nullptr);
}

TEST_F(InventoryTest, SaysThatATextFileIsNoLibrary) {
    std::ofstream(folder_ / "text.so") << "I am a text file, not a library.\n";
    add_manifest("text");
    EXPECT_THAT(reason_for("text.so"), HasSubstr("is not a shared library"));
}

TEST_F(InventoryTest, RefusesAnotherAbiBeforeAnyOfItsCodeRuns) {
    add_broken("foreign");  // its initialiser would abort this test
    EXPECT_THAT(reason_for("foreign.so"), AllOf(HasSubstr("sdk999"), HasSubstr(expected_abi_tag())));
}

TEST_F(InventoryTest, TellsWhatAThrowingConstructorSaid) {
    add_broken("throwing");
    EXPECT_THAT(reason_for("throwing.so"), HasSubstr("no licence found"));
}

TEST_F(InventoryTest, TellsWhatAThrowingInitialiserSaid) {
    add_broken("throwing_early");
    EXPECT_THAT(reason_for("throwing_early.so"), HasSubstr("cannot read its licence"));
}

TEST_F(InventoryTest, RefusesALibraryWithoutAFactoryAndOneThatNamesItselfOtherwise) {
    add_broken("no_factory");
    add_broken("misnamed");
    EXPECT_THAT(reason_for("no_factory.so"), HasSubstr("NAVETTE_CONNECTOR is missing"));
    EXPECT_THAT(reason_for("misnamed.so"), AllOf(HasSubstr("somebody_else"), HasSubstr("misnamed")));
}

TEST_F(InventoryTest, AsksForTheMissingHalfOfAConnector) {
    add_manifest("lonely");
    add_broken("throwing");
    fs::remove(folder_ / "throwing.yaml");
    EXPECT_THAT(reason_for("lonely.yaml"), HasSubstr("lonely.so"));
    EXPECT_THAT(reason_for("throwing.so"), HasSubstr("no manifest"));
}

TEST_F(InventoryTest, SaysWhereConnectorsWereLookedForWhenTheFolderIsMissing) {
    const auto inventory = load_connectors(folder_ / "nowhere", {});
    ASSERT_EQ(inventory.refused().size(), 1U);
    EXPECT_THAT(inventory.refused()[0].reason, HasSubstr("connectors.directory"));
}

TEST_F(InventoryTest, LaysAnOverrideOverTheManifest) {
    add_dolibarr();
    const auto overrides = folder_ / "connectors.d";
    fs::create_directories(overrides);
    std::ofstream(overrides / "dolibarr.yaml") << "concurrency: 1\nretry: {max_retries: 9}\n";
    const auto inventory = load_connectors(folder_, overrides);
    ASSERT_NE(inventory.find("dolibarr"), nullptr);
    EXPECT_EQ(inventory.find("dolibarr")->manifest.concurrency, 1);
    EXPECT_EQ(inventory.find("dolibarr")->manifest.retry.max_retries, 9);

    std::ofstream(overrides / "dolibarr.yaml") << "concurency: 1\n";
    const auto reread = reread_manifests(inventory, folder_, overrides);
    ASSERT_FALSE(reread.has_value());
    EXPECT_THAT(reread.error().front().text(), HasSubstr("concurrency"));
}

}  // namespace
}  // namespace navette::plugins
