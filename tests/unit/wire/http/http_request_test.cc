#include "wire/http/http_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace biglittle::wire {
namespace {

using testing::HasSubstr;

TEST(HttpRequestTest, GetAndHeadOfAPath) {
  const auto get = ParseHttpRequest("GET /live HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(get.has_value());
  EXPECT_EQ(get->refusal, 0);
  EXPECT_FALSE(get->head);
  EXPECT_EQ(get->path, "/live");
  const auto head = ParseHttpRequest("HEAD /metrics?name=x HTTP/1.0\n\n");
  ASSERT_TRUE(head.has_value());
  EXPECT_TRUE(head->head);
  EXPECT_EQ(head->path, "/metrics");
}

TEST(HttpRequestTest, EveryBeginningOfARequestIsNotWholeYet) {
  const std::string whole = "GET /live HTTP/1.1\r\nHost: x\r\n\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseHttpRequest(whole.substr(0, size)).has_value()) << size;
  }
}

TEST(HttpRequestTest, OtherMethodsAreRefused) {
  for (const char* method : {"POST", "PUT", "DELETE", "get", "X"}) {
    const auto request = ParseHttpRequest(std::string(method) + " /live HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->refusal, 405) << method;
  }
}

TEST(HttpRequestTest, WhatIsNoHttpIsRefused) {
  using std::string_literals::operator""s;
  for (const std::string& line :
       {""s, "GET"s, "GET /live"s, "GET  HTTP/1.1"s, "GET live HTTP/1.1"s, "GET * HTTP/1.1"s,
        "GET /live HTTP/2"s, "GET /a b HTTP/1.1"s, "GET /\x01 HTTP/1.1"s, "GET /\0 HTTP/1.1"s,
        "GET /\xc3\xa4 HTTP/1.1"s, "GET http://x/live HTTP/1.1"s, "\x16\x03\x01 / HTTP/1.1x"s}) {
    const auto request = ParseHttpRequest(line + "\r\n\r\n");
    ASSERT_TRUE(request.has_value()) << line;
    EXPECT_EQ(request->refusal, 400) << line;
  }
}

TEST(HttpRequestTest, ALongHeadIsRefusedAtItsBound) {
  const std::string begin = "GET /live HTTP/1.1\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::string fits = begin + std::string(kMaxRequestBytes - begin.size() - 4, 'x') + end;
  ASSERT_EQ(fits.size(), kMaxRequestBytes);
  EXPECT_EQ(ParseHttpRequest(fits)->refusal, 0);
  EXPECT_FALSE(ParseHttpRequest(fits.substr(0, kMaxRequestBytes - 1)).has_value());
  EXPECT_EQ(ParseHttpRequest(begin + "x" + fits.substr(begin.size()))->refusal, 431);
  EXPECT_EQ(ParseHttpRequest(std::string(kMaxRequestBytes, '\0'))->refusal, 431);
}

TEST(HttpAnswerTest, SaysItsLengthAndCloses) {
  EXPECT_EQ(EncodeHttpAnswer({503, "no\n"}, "text/plain", false),
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
            "Cache-Control: no-store\r\nConnection: close\r\n\r\nno\n");
  EXPECT_THAT(EncodeHttpAnswer({200, "yes\n"}, "text/plain", true),
              testing::AllOf(HasSubstr("Content-Length: 4"), testing::EndsWith("\r\n\r\n")));
  EXPECT_THAT(EncodeHttpAnswer({405, ""}, "text/plain", false), HasSubstr("Allow: GET, HEAD\r\n"));
}

}  // namespace
}  // namespace biglittle::wire
