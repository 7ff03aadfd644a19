// Published vectors: RFC 4231 (HMAC-SHA256), FIPS 180-4 (SHA-256), RFC 4648 (base64).
#include <navette/sdk/signature.hpp>

#include <gtest/gtest.h>

namespace navette::sdk {
namespace {

TEST(Signature, HmacSha256OfRfc4231) {
    EXPECT_EQ(
        hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    // A key longer than the block is hashed first.
    EXPECT_EQ(
        hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

TEST(Signature, Sha256OfFips180) {
    EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(fingerprint("abc"), "ba7816bf8f01cfea414140de5dae2223");
}

TEST(Signature, Base64BothWays) {
    EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
    EXPECT_EQ(from_base64("Zm9vYmE="), "fooba");
    EXPECT_EQ(from_base64("Zm9vYmE"), "fooba");
    EXPECT_EQ(from_base64(""), "");
    EXPECT_EQ(from_base64("Zm9v*"), std::nullopt);
}

TEST(Signature, ComparesWholeTexts) {
    EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
    EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
    EXPECT_FALSE(equal_in_constant_time("secret", "secret "));
    EXPECT_TRUE(equal_in_constant_time("", ""));
}

}  // namespace
}  // namespace navette::sdk
