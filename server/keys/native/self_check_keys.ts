/**
 * Private keys that protect nothing: the self check signs with them, and everybody may know them. Making an RSA key
 * takes a third of a second, each time that a server starts.
 */

/** PrivateKeyInfo, DER in base64. */
export const SELF_CHECK_KEYS = {
  RSA: "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDk/+/iZ9VKgPMWFfnx6Vj04HSyeLiMx4yL5F47YO8oR+hegrdM1i2xcg28" +
    "0LXyLVmlrlryJBDanmydg7T/ZHCH4Y+Z+MsVoX3y6fugktmq7cbwTfjp1IczwFpGowBQlG9vluTuWY1ZZfZoxFz82O457g+57dpsWV1zU26x" +
    "Zv1BOw3Vg3MnLpHX9IpZw23DHs5UIW7Fz6Lj4no4JoaQafMyg9jrDttUVx2ljKiVoaU9x0QHj2yp2r9VzZJT6DvMBgfCbdC6SwyzrmTwxsTd" +
    "93aJxLnqr0DxxPRyd5MFPHnmJWj/rh4p8MuFXim1uTtVzd2Q9LQJIzVepJIp7Q6+MXkPAgMBAAECggEALTGtoBsp5whH8UXpDCsnWTyrC0Xz" +
    "9iSzwjARwNpCmMqIO47Eqi9i2TBPMcJnBiKZHK+qVzty8BJwES4bHIQwCUEk3BhTzDMQ7k3rUSdqOeevaWGaDFvbSwVdS6+DsmN5EqbPC5M0" +
    "6D3NQaPvTh9p9JjdFa6xesywOsBuiihvNt4XLGJuAZM7vRj5p1bIhHGSFh9qxM65ERwRgknzbOryQNs+QbinzXTZ5ukqc3sqTqoaadC8xeRW" +
    "Ky3dt7i1rk8FjH81iuleHyq3gRbok4hZXuK2CohnaZIV6p9fW9/0sMez1LrgyS+ho/u/2pxFGyTyyV+GUKzH3n8XCdWvua8ooQKBgQDz2HZp" +
    "eA2L1ZnSARQ8Ghp43Qt5GZFPysWZy4ZC5YgsyuTlVvqGSvqR3p1MqkbuAV0DOmAMXdXRaKAUkX6P5ixdt0/+F1BrunwkRvvJ8OM9/58q9/Ge" +
    "4ln33jq022hqQGeCI0nlMAiydkO/pwKXnhF5dxCXy9RuL9PLh72W6OvyqQKBgQDwagm0dMt+GvZlNeFFyPX0K3y0yaBDB5fvnjzKmPtdHGsS" +
    "g+kTFbMDfRY0hNXUxSzVpRoHI0ODVQKQDl57B3HLYk78wNkecvwL8GfJCh3SgM2KkbUprlMMKWkLs6OtJNflvnNkt42MnfCnmx7+JI48T66E" +
    "gQRYrJl76s+FdoaY9wKBgQCWcazM8YbaCVU33faQBkLi4u4bLw0aP66ebpVNXLQhfqSuYnV6uXPS35gJHt1YJnsubKuptZMf+f8Z8ZI2Ufp5" +
    "b4no6JVzgcDp2Omr8/Uf4UBgkE0AjAKaDQAHaX8IXuf9wKvsvTAAezrdWbsdtCZv3GfeX6GWwedYIU11eAtq0QKBgG5IRiFofjxfw+1TlP39" +
    "HI4gMLmB0ClPX2wEy2AoYw4oThmVNyKRDqgoBjqbQLe0p0dt0A28KGkjYuSQItkO5i1k8FTTZgWou2QCqKk5IcsBWMga5N6039WxXUWH5yoy" +
    "v3LdNXPbG2yIuu83ojT0seaKqsSPpl3C9zk30nAnmcCrAoGBAI+rYp7QrVhBcBww7hcvvb3X5jlbSgfIFs/bD8n6+dG6/dn9u2XgFp48HxMW" +
    "x12dLeh8eGHuHAG68tyK1WVNjRv3H1xuMdFKbAF/OfwESODsvMBG/9L6dPl/77kRTXq/xjTExOyjxupgIbMLdCarCY63CpzcNyOQYjwZT8+Q" +
    "hxL/",
  "P-256":
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwp6reYkH0qwd5pkXeBLPJwAOEZ1OIGDrVtG69JFqVAWhRANCAARIyLkgM0RQ" +
    "8G4iNI6BawbQnZfmxAu/1L68s37IwGQ87iAZbw1uv51GnnB7reOUFzRiXU5tvTvRy2oJcR8nOF8y",
  "P-384":
    "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDil9NjwehMHisbSkXtMHhaDN2Bs9xWBrirBonZ3hKlRrWykHkZXxhLi/FHMfm0" +
    "AJihZANiAAS//GJXOFk1AUyJcV344goGWkMcEDPl3/O2nxFmkD4esMI9QbNPzqbvKq3troz1NYVMjcIs8Nlv00mke/yazKBvodZKYR9HKDrb" +
    "PKUdhIS8h1U0w9ZHu1gtu22Iv9S/dIY=",
  "P-521":
    "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBkfhkF6Tx1FPyHPPuwCAnv8eb/agzdV4HWqJx3XMbbFo7fe390cdaf2cBe7JW" +
    "YEqIyxggaN0tUaGDXOUsbXPgHTOhgYkDgYYABAHydNRQBOThg8kHdz433Kn8i+ZH+tOE9v0FmQkwu9jBqLRka1eApaXE20N2iuhmJbkq6t6Q" +
    "Y+5QyoIrq6t6nKlKUwGCMxyYHCNEjy/oeL/ft/ScOkVR2EMYDXgkV0NWtva/bHjl+XUi8MypuFuXsHaAtqfHwbcz32j6NYY92ytaFNRXXA==",
} as const;
