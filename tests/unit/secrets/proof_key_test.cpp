#include "daemon/secrets/proof_key.hpp"

#include "daemon/secrets/encoding.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <set>

namespace navette::secrets {
namespace {

TEST(ProofKey, TheChallengeIsThatOfTheStandard) {
    // RFC 7636, appendix B
    EXPECT_EQ(
        challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

TEST(ProofKey, RandomSecretsAreLongAndNeverTheSame) {
    std::set<std::string> seen;
    for (int time = 0; time < 100; ++time) {
        const auto secret = random_secret();
        EXPECT_EQ(secret.size(), 43U);
        EXPECT_TRUE(seen.insert(secret).second);
    }
}

TEST(ProofKey, TheHmacIsThatOfTheStandard) {
    // RFC 4231, test case 2
    EXPECT_EQ(
        hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

TEST(Rs256, TheSignatureVerifiesWithThePublicKey) {
    EVP_PKEY* const key = EVP_RSA_gen(2048);
    BIO* const text = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(text, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(text, &bytes);
    const auto token = sign_rs256(R"({"iss":"me"})", {bytes, static_cast<std::size_t>(size)});
    ASSERT_TRUE(token) << token.error().message;
    const auto dot = token->rfind('.');
    const auto body = token->substr(0, dot);
    const auto signature = from_base64url(token->substr(dot + 1));
    ASSERT_TRUE(signature);
    EXPECT_EQ(from_base64url(body.substr(0, body.find('.'))), R"({"alg":"RS256","typ":"JWT"})");
    EXPECT_EQ(from_base64url(body.substr(body.find('.') + 1)), R"({"iss":"me"})");
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
    const auto* const raw = reinterpret_cast<const unsigned char*>(signature->data());
    const auto* const said = reinterpret_cast<const unsigned char*>(body.data());
    EXPECT_EQ(EVP_DigestVerify(context, raw, signature->size(), said, body.size()), 1);
    EVP_MD_CTX_free(context);
    BIO_free(text);
    EVP_PKEY_free(key);
}

TEST(Rs256, AKeyThatIsNoneIsNotRepeated) {
    const auto token = sign_rs256("{}", "secret text");
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().message.find("secret text"), std::string::npos);
}

}  // namespace
}  // namespace navette::secrets
