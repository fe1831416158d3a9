import { testLibraryOf } from './library-of.ts';

testLibraryOf(3000);
