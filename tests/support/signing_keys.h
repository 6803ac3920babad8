// Ed25519 keys for tests, in PEM; made for them and used nowhere else.
#pragma once

namespace biglittle {

inline constexpr char kPrivateKey[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIKAmuRqv19wZkbdehYmwGrJFgEs9DLLH8/49yWIa5gCq\n"
    "-----END PRIVATE KEY-----\n";
// Of the same pair.
inline constexpr char kPublicKey[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEAOsL9fOS+/I8qKXfGLJeUMK5Pn2JGYX+PQdNiok7Hp10=\n"
    "-----END PUBLIC KEY-----\n";
// Of another pair.
inline constexpr char kOtherPrivateKey[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIF+vpIEcH0b0G5KMAyo/ol56Sf8AByR4w3ebwOSWzryX\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace biglittle
