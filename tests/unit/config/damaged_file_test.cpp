// Whatever happens to a file on its way, loading it ends with settings or with problems: never with a crash.
#include "manifest_file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <iterator>
#include <random>

namespace navette::config {
namespace {

constexpr int kRounds = 400;

std::string sample(const std::string& name) {
    std::ifstream stream(std::filesystem::path(NAVETTE_SOURCE_DIR) / "config" / name);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Damages texts the same way in each run, so that a failure can be repeated.
class Damage {
  public:
    std::string truncate(std::string text) { return text.substr(0, below(text.size())); }

    std::string flip_bytes(std::string text) {
        for (std::size_t i = 1 + below(8); i > 0; --i) {
            text[below(text.size())] = static_cast<char>(below(256));
        }
        return text;
    }

    /// Puts in what means something to YAML or to us, which random bytes seldom do.
    std::string insert_syntax(std::string text) {
        static constexpr std::array<std::string_view, 22> kSyntax{"!",  "!!",   "!<", "&a ",   "*a ", "? ",
                                                                  ": ", "- ",   "[",  "]",     "{",   "}",
                                                                  "|",  ">",    "%",  "---\n", "\t",  "'",
                                                                  "\"", "<<: ", "${", "\\x"};
        for (std::size_t i = 1 + below(4); i > 0; --i) {
            text.insert(below(text.size()), kSyntax[below(kSyntax.size())]);
        }
        return text;
    }

  private:
    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }

    std::mt19937_64 random_{20240515};
};

template <class Load>
void damage_and_load(const std::string& text, const Load& load) {
    ASSERT_FALSE(text.empty());
    Damage damage;
    for (int round = 0; round < kRounds; ++round) {
        for (const std::string& damaged :
             {damage.truncate(text), damage.flip_bytes(text), damage.insert_syntax(text)}) {
            const auto loaded = load(damaged);
            if (!loaded) {
                ASSERT_FALSE(loaded.error().empty()) << damaged;
            }
        }
    }
}

TEST(DamagedFile, SettingsNeverCrash) {
    for (const std::string name : {"navette.yaml", "examples/lumira.yaml"}) {
        damage_and_load(sample(name), [](const std::string& text) { return testing::load(text); });
    }
}

TEST(DamagedFile, ManifestsNeverCrash) {
    damage_and_load(std::string(testing::kManifest), [](const std::string& text) {
        return testing::load_shop(text);
    });
}

TEST(DamagedFile, OverridesNeverCrash) {
    damage_and_load(std::string(testing::kManifest), [](const std::string& text) {
        return testing::load_shop(testing::kManifest, text);
    });
}

TEST(DamagedFile, FragmentsThatBreakParsersNeverCrash) {
    for (const std::string text :
         {"!2",
          "!",
          "- !",
          "&",
          "*",
          "? ",
          ":",
          "- - - -",
          "{",
          "[",
          "}",
          "]",
          "{,}",
          "[,]",
          "{a",
          "{a:",
          "{? a",
          "%YAML 9.9\n---",
          "%TAG",
          "|",
          ">9",
          "'",
          "\"",
          "\"\\",
          "\"\\x",
          "\"\\uD800\"",
          "\xEF\xBB\xBF",
          "\xEF\xBB\xBF"
          "log: {}",
          "...",
          "---",
          "--- ---",
          "a: b: c",
          "a:\n- b\n c: d",
          "<<: x",
          "<<: [x]",
          "<<:",
          "? ? ? ?",
          "!<",
          "!<tag:yaml.org,2002:str",
          "!!map []",
          "&a &b c",
          "&a *a",
          "*a : *a",
          "\r",
          "\n\r\t",
          "- \t- a"}) {
        const auto settings = testing::load(text);
        const auto manifest = testing::load_shop(text);
        EXPECT_FALSE(manifest) << text;
        EXPECT_TRUE(settings || !settings.error().empty()) << text;
    }
}

TEST(DamagedFile, WhatAnEmptyManifestLacksIsToldWithItsLine) {
    const auto mistakes = testing::shop_mistakes("");
    ASSERT_FALSE(mistakes.empty());
    EXPECT_EQ(mistakes.front(), "shop.yaml:1: slug: is missing, it is required");
}

}  // namespace
}  // namespace navette::config
