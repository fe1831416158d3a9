import { testLibraryOf } from './library-of.ts';

testLibraryOf(100_000);
