// Files that are not what they should be; whom a peer's certificate convinces is peer_certificate_test.cc.
#include "wire/tls/certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/error.h"
#include "base/file_io.h"
#include "base/temporary_folder.h"
#include "wire/tls/test_authority.h"

namespace cutlink::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

class Files : public testing::Test {
 protected:
  // What is said of `files`; "" where they are good.
  static std::string said_of(const CertificateFiles& files, TlsRole role = TlsRole::client) {
    try {
      const Certificates good(files, role);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
      return error.what();
    }
    return "";
  }
  std::string said_where(const std::function<void(CertificateFiles&)>& change) {
    CertificateFiles files = good_;
    change(files);
    return said_of(files);
  }
  // A file of this text, for its owner only.
  std::filesystem::path file_of(const char* name, std::string_view text) const {
    const std::filesystem::path file = folder_ / name;
    replace_file(file, text);
    EXPECT_EQ(::chmod(file.c_str(), 0600), 0);
    return file;
  }
  static std::string text_of(const std::filesystem::path& file) { return read_text_file(file, 100'000); }

  TemporaryFolder folder_;
  TestAuthority authority_{folder_ / ""};
  CertificateFiles good_ = authority_.issue({});
};

TEST_F(Files, GoodOnesAreTaken) {
  EXPECT_EQ(said_of(good_), "");
  EXPECT_EQ(said_of(authority_.issue(for_server()), TlsRole::server), "");
  const Certificates first = authority_.for_client();
  const Certificates copy = first;
  EXPECT_EQ(copy.context(), first.context());
}

TEST_F(Files, ThoseThatAreNotThereAreNamed) {
  EXPECT_THAT(said_where([&](auto& f) { f.certificate = folder_ / "no.pem"; }), HasSubstr("no.pem"));
  EXPECT_THAT(said_where([&](auto& f) { f.key = folder_ / "no.pem"; }), HasSubstr("no.pem"));
  EXPECT_THAT(said_where([&](auto& f) { f.authority = folder_ / "no.pem"; }), HasSubstr("no.pem"));
  EXPECT_NE(said_where([&](auto& f) { f.key = folder_ / ""; }), "");
}

TEST_F(Files, AKeyThatOthersMayReadIsRefused) {
  for (const mode_t open : {0640U, 0604U, 0620U}) {
    ASSERT_EQ(::chmod(good_.key.c_str(), open), 0);
    EXPECT_THAT(said_of(good_), HasSubstr("chmod 600")) << open;
  }
  ASSERT_EQ(::chmod(good_.key.c_str(), 0400), 0);
  EXPECT_EQ(said_of(good_), "");
}

TEST_F(Files, WhatIsNoPemIsRefused) {
  for (const char* text :
       {"", "garbage\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
    const std::filesystem::path bad = file_of("bad.pem", text);
    EXPECT_THAT(said_where([&](auto& f) { f.key = bad; }), HasSubstr("bad.pem: not a private key in PEM"));
    EXPECT_THAT(said_where([&](auto& f) { f.certificate = bad; }),
                HasSubstr("bad.pem: no certificate in PEM"));
    EXPECT_THAT(said_where([&](auto& f) { f.authority = bad; }), HasSubstr("bad.pem: no certificate in PEM"));
  }
}

TEST_F(Files, ACertificateThatIsCutOrChangedIsRefused) {
  const std::string whole = text_of(good_.certificate);
  const auto said = [&](const std::string& text) {
    return said_where([&](auto& f) { f.certificate = file_of("bad.pem", text); });
  };
  EXPECT_EQ(said(whole), "");
  const std::size_t begin = whole.find('\n') + 1;
  for (std::size_t size = begin; size + 30 < whole.size(); size += 7) {
    EXPECT_NE(said(whole.substr(0, size)), "") << size;
    std::string bad = whole;
    bad[size] = '!';
    EXPECT_NE(said(bad), "") << size;
  }
  EXPECT_THAT(said(whole + whole.substr(0, whole.size() / 2)), HasSubstr("certificate 2 in it is broken"));
}

TEST_F(Files, AnEncryptedKeyIsRefusedWithoutAsking) {
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(EVP_EC_gen("P-256"), &::EVP_PKEY_free);
  const std::filesystem::path file = file_of("locked.pem", "");
  std::FILE* out = std::fopen(file.c_str(), "w");
  std::string password = "secret";
  ASSERT_EQ(PEM_write_PKCS8PrivateKey(out, key.get(), EVP_aes_128_cbc(), password.data(),
                                      static_cast<int>(password.size()), nullptr, nullptr),
            1);
  std::fclose(out);
  EXPECT_THAT(said_where([&](auto& f) { f.key = file; }), HasSubstr("locked.pem: is encrypted"));
}

TEST_F(Files, AKeyOfAnotherCertificateIsRefused) {
  const CertificateFiles other = authority_.issue({.name = "other"});
  EXPECT_THAT(said_where([&](auto& f) { f.key = other.key; }), HasSubstr("is not the key of"));
}

TEST_F(Files, OursMustBeForThisRole) {
  const CertificateFiles server = authority_.issue(for_server());
  EXPECT_THAT(said_of(server, TlsRole::client), HasSubstr("is not for a client"));
  EXPECT_THAT(said_of(good_, TlsRole::server), HasSubstr("is not for a server"));
  EXPECT_THAT(said_of(authority_.issue({.name = "mute", .usage = ""})), HasSubstr("clientAuth"));
  EXPECT_EQ(said_of(authority_.issue({.name = "both", .usage = "clientAuth,serverAuth"})), "");
}

TEST_F(Files, OursMustBeValidNow) {
  EXPECT_THAT(said_of(authority_.issue({.name = "old", .from_s = -7200, .to_s = -3600})),
              HasSubstr("not now"));
  EXPECT_THAT(said_of(authority_.issue({.name = "new", .from_s = 3600, .to_s = 7200})), HasSubstr("not now"));
}

TEST_F(Files, AnAuthorityMustBeOne) {
  const CertificateFiles other = authority_.issue({.name = "other"});
  EXPECT_THAT(said_where([&](auto& f) { f.authority = other.certificate; }),
              HasSubstr("\"other\" in it is no certificate authority"));
}

TEST_F(Files, AWeakKeyIsRefused) {
  const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(EVP_RSA_gen(1024), &::EVP_PKEY_free);
  const std::filesystem::path file = file_of("weak-key.pem", "");
  std::FILE* out = std::fopen(file.c_str(), "w");
  ASSERT_EQ(PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr), 1);
  std::fclose(out);
  CertificateFiles weak = authority_.issue({.name = "weak-of", .keep_key = "weak"});
  EXPECT_THAT(said_of(weak), HasSubstr("weak-of.pem: cannot be used: ee key too small"));
}

}  // namespace
}  // namespace cutlink::wire
