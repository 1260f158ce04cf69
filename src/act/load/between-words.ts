/**
 * A pattern of what may stand between two words of code: blanks, line ends, comments. A comment matches in one way only:
 * many of them in a row cost no more than their length.
 */
export const betweenWords: string = String.raw`(?:\s|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/|//.*(?!.))*`
