package io.inverseform.job.storage;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says in words what a failure of Hadoop's S3 client means and what to do. It works on the text of
 * exceptions: an executor hands on no more, and the client comes with whichever Hadoop the user
 * runs.
 */
public final class S3Failure {
  private static final Pattern CLIENT =
      Pattern.compile(
          "com\\.amazonaws\\.|\\.fs\\.s3a\\.|bucket is null/empty|No FileSystem for scheme \"s3n?\"");
  private static final Pattern PLACE = Pattern.compile("(?m)s3a://.+?(?='?(?:: |$))");
  private static final Pattern CODE =
      Pattern.compile("Status Code: (\\d+); Error Code: (?:\\1 )?([^;]+)");

  private static final String ENDPOINT = "spark.hadoop.fs.s3a.endpoint";

  /** A sign in the text, and what it means; groups of the sign stand at %s. */
  private record Meaning(Pattern sign, String words) {
    static Meaning of(String sign, String words) {
      return new Meaning(Pattern.compile(sign), words);
    }

    Optional<String> in(String text) {
      return sign.matcher(text).results().findFirst().map(match -> words.formatted(groups(match)));
    }

    private static Object[] groups(MatchResult match) {
      Object[] groups = new Object[match.groupCount()];
      for (int i = 0; i < groups.length; i++) {
        groups[i] = match.group(i + 1);
      }
      return groups;
    }
  }

  /** The first that fits counts. */
  private static final List<Meaning> MEANINGS =
      List.of(
          Meaning.of("No FileSystem for scheme", "Hadoop's name for S3 is s3a://"),
          Meaning.of(
              "bucket is null/empty",
              "Hadoop takes a bucket's name only of letters, digits, dots and hyphens"),
          Meaning.of(
              "No AWS Credentials|Unable to load .*credentials",
              "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write"
                  + " a profile to ~/.aws/credentials"),
          Meaning.of(
              "Error Code: InvalidAccessKeyId",
              "the store does not know the access key; check the credentials, and that they are of"
                  + " the store that "
                  + ENDPOINT
                  + " names"),
          Meaning.of(
              "Error Code: SignatureDoesNotMatch",
              "the secret key is not that of the access key; check the credentials"),
          Meaning.of(
              "Error Code: (?:ExpiredToken|InvalidToken|TokenRefreshRequired)",
              "the session token is no longer valid; get new credentials"),
          Meaning.of(
              "Error Code: RequestTimeTooSkewed", "the clock of this machine is wrong; set it"),
          Meaning.of(
              "Error Code: NoSuchBucket|UnknownStoreException",
              "there is no such bucket; check its name, and " + ENDPOINT),
          Meaning.of(
              "the region '[^']*' is wrong; expecting '([^']+)'",
              "the bucket's region is another one; set " + ENDPOINT + ".region=%s"),
          Meaning.of(
              "Error Code: (?:AuthorizationHeaderMalformed|PermanentRedirect)|AWSRedirectException",
              "the bucket's region is another one; set " + ENDPOINT + ".region and " + ENDPOINT),
          Meaning.of(
              "Status Code: 403",
              "access is denied; give these credentials the right to list, read and write there"),
          Meaning.of(
              "Status Code: 503",
              "the store goes on refusing requests as too many; try again later or with fewer tasks"),
          Meaning.of(
              "AmazonS3Exception: ([^\n]*?) \\(Service: ",
              "the store answers '%s'; see its manual"),
          Meaning.of(
              "UnknownHostException: (\\S+)",
              "there is no host %s; check "
                  + ENDPOINT
                  + ", and set spark.hadoop.fs.s3a.path.style.access=true if the store has no host name"
                  + " for each bucket"),
          Meaning.of(
              "unrecognized SSL message|plaintext connection",
              "the store does not speak HTTPS; begin " + ENDPOINT + " with http://"),
          Meaning.of(
              "Connect to (\\S+) .*?failed: ([^\n:]+)",
              "no connection to %s (%s); check " + ENDPOINT + " and the network"),
          Meaning.of(
              "Unable to execute HTTP request: ([^\n:]+)",
              "no answer (%s); check " + ENDPOINT + " and the network"));

  private S3Failure() {}

  /** Why a known place cannot be used; empty if S3 has nothing to do with it. */
  static Optional<String> reason(Throwable failure) {
    return reason(text(failure));
  }

  /** The place and why it cannot be used; empty if S3 has nothing to do with it. */
  public static Optional<String> line(Throwable failure) {
    String text = text(failure);
    return reason(text)
        .map(why -> first(PLACE, text).map(MatchResult::group).orElse("S3") + ": " + why);
  }

  private static Optional<String> reason(String text) {
    if (!CLIENT.matcher(text).find()) {
      return Optional.empty();
    }
    String code =
        first(CODE, text)
            .filter(match -> !match.group(2).equals("null"))
            .map(match -> " (%s %s)".formatted(match.group(1), match.group(2)))
            .orElse("");
    return MEANINGS.stream()
        .flatMap(meaning -> meaning.in(text).stream())
        .findFirst()
        .map(words -> words + code);
  }

  /** All that was said, without the frames of stack traces. */
  private static String text(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
        .flatMap(cause -> cause.toString().lines())
        .filter(line -> !line.startsWith("\tat "))
        .collect(Collectors.joining("\n"));
  }

  private static Optional<MatchResult> first(Pattern pattern, String text) {
    return pattern.matcher(text).results().findFirst();
  }
}
